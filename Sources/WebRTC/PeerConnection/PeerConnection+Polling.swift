import CongestionControl
import ICE
import JitterBuffer
import Primitives
import RTP
import SDP

extension PeerConnection {
    /// The next thing for the owner to do. Drain until `.idle(until:)`.
    public mutating func poll() -> PeerOutput {
        if let output = nextTransmission() { return output }
        if let frame = nextFrame() { return .video(frame) }
        if let packet = receivedAudio.pop() { return .audio(packet) }
        if nextEvent < events.count {
            nextEvent += 1
            let event = events[nextEvent - 1]
            if nextEvent == events.count {
                events.removeAll(keepingCapacity: true)
                nextEvent = 0
            }
            return .event(event)
        }
        return .idle(until: deadline)
    }

    /// What is to be sent, through a relay where its local address is on one, or on a connection.
    private mutating func nextTransmission() -> PeerOutput? {
        while true {
            if let output = pollRelays() { return output }
            if let output = releaseHeld() { return output }
            guard let datagram = nextDatagram() else {
                guard isClosed, !relaysAreReleased else { return nil }
                releaseRelays()
                closeConnections()
                continue
            }
            if datagram.path.transport == .tcp {
                if let output = write(datagram) { return output }
                continue
            }
            guard let direct = relay(datagram) else { continue }
            transport.packetsSent &+= 1
            transport.bytesSent &+= UInt64(direct.packet.count)
            let path = direct.path
            return .transmit(direct.takePacket(), from: path.local, to: path.remote)
        }
    }

    private mutating func nextDatagram() -> RoutedDatagram? {
        if let datagram = pollBindings() { return datagram }
        if let datagram = pollICE() { return datagram }
        if let security, security.hasDatagrams, let path = ice.sendPair {
            if let packet = security.nextDatagram(from: packets) {
                return RoutedDatagram(packet: packet, path: path)
            }
            timers[.pool] = now + .milliseconds(5)
        }
        return outgoing.pop() ?? nextPaced()
    }

    private mutating func pollICE() -> RoutedDatagram? {
        while iceIsDue {
            switch ice.poll() {
            case .transmit(let packet, let path): return RoutedDatagram(packet: packet, path: path)
            case .event(let event): handle(event)
            case .idle(let until):
                iceIsDue = false
                iceDeadline = until
            }
        }
        return nil
    }

    private mutating func handle(_ event: ICEEvent) {
        switch event {
        case .state(let state):
            // A NAT that forgot our pair has forgotten the ways to the relays too; they are told apart by asking.
            if state == .disconnected || state == .failed { probeRelays() }
            updateState()
        case .selected(let path):
            bindChannel(for: path)
            guard path != pairInUse else { return }
            pairInUse = path
            transportBefore = transport
            transport.selectedCandidatePairChanges &+= 1
        case .unanswered: emit(.restartNeeded)
        case .validated, .role: break
        }
        if !isClosed { afterICE() }
    }

    private mutating func nextFrame() -> ReceivedVideoFrame? {
        guard videoReceiver.mayHaveFrames else { return nil }
        guard let frame = videoReceiver.frames.next(now: now) else {
            videoReceiver.mayHaveFrames = false
            serveVideo()
            return nil
        }
        let (isKeyFrame, timestamp) = (frame.isKeyFrame, frame.timestamp)
        let (width, height, first) = (frame.width, frame.height, frame.firstPacketArrival)
        videoReceiver.statistics.framesReceived &+= 1
        if isKeyFrame {
            videoReceiver.statistics.keyFramesReceived &+= 1
            videoReceiver.keyFrameRequests.satisfied()
        }
        return ReceivedVideoFrame(
            data: frame.takeBuffer(), isKeyFrame: isKeyFrame, timestamp: timestamp, width: width, height: height,
            firstPacketAt: first, completeAt: now)
    }

    private var deadline: Instant {
        guard !isClosed else { return .distantFuture }
        var next = min(iceDeadline, timers.next, security?.deadline ?? .distantFuture)
        next = min(next, videoSender.keyFrameRequests.nextDeadline, bindingDeadline, relayDeadline)
        if canSend { next = min(next, videoSender.pacer.nextDeadline) }
        return min(next, videoDeadline)
    }

    /// When the peer's video wants attention: never while nothing could be asked for, and not before there may be a slot.
    var videoDeadline: Instant {
        guard canSend, videoFlow.receives, videoReceiver.ssrc != nil else { return .distantFuture }
        return max(videoReceiver.nextDeadline, feedbackResumesAt)
    }
}
