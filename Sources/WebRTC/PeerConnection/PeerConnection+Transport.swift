import CongestionControl
import DTLS
import ICE
import JitterBuffer
public import Primitives
import RTP
import SDP
import SRTP

extension PeerConnection {
    /// Takes one datagram that the socket bound to `local` received from `remote`.
    public mutating func receive(
        _ packet: consuming PooledBuffer, from remote: TransportAddress, to local: TransportAddress, at now: Instant
    ) {
        setTime(now)
        guard !isClosed else { return }
        transport.packetsReceived &+= 1
        transport.bytesReceived &+= UInt64(packet.count)
        if takeBinding(packet.bytes, from: remote, to: local) { return }
        if let index = relayIndex(server: remote, base: local) { return receiveRelayed(packet, index) }
        dispatch(packet, on: ICEPath(local: local, remote: remote))
    }

    /// A datagram of a peer's, out of any relay's header.
    mutating func dispatch(_ packet: consuming PooledBuffer, on path: ICEPath) {
        guard let first = packet.bytes.byte(at: 0) else {
            transport.refusals.unknownProtocol &+= 1
            return
        }
        switch first {  // RFC 7983 §7
        case 0...3:
            ice.receive(packet.bytes, from: path.remote, to: path.local, over: path.transport, now: self.now)
            afterICE()
        case 20...63:
            receiveDTLS(packet, on: path)
        case 128...191:
            receiveMedia(packet, on: path)
        default:
            transport.refusals.unknownProtocol &+= 1
        }
    }

    private mutating func receiveDTLS(_ packet: consuming PooledBuffer, on path: ICEPath) {
        if let security, ice.isValidated(path) {
            security.start(now: now)
            security.receive(packet.bytes, now: now)
            ice.noteReceived(on: path, now: now)
            iceIsDue = true
            afterSecurity()
            return
        }
        // The peer may know that a pair works before we do: keep the beginning of its handshake.
        guard securityState != .connected, packet.bytes.byte(at: 0) == 22 else {
            transport.refusals.unvalidatedPair &+= 1
            return
        }
        if earlyFlight.free == 0 {
            transport.refusals.unvalidatedPair &+= 1
            _ = earlyFlight.pop()
        }
        _ = earlyFlight.push(RoutedDatagram(packet: packet, path: path))
    }

    private mutating func receiveMedia(_ packet: consuming PooledBuffer, on path: ICEPath) {
        guard ice.accepts(path) else {
            transport.refusals.unvalidatedPair &+= 1
            return
        }
        guard let security, securityState == .connected else {
            transport.refusals.noKeys &+= 1
            return
        }
        guard let isRTCP = RTPHeader.isRTCP(packet.bytes) else {
            transport.refusals.unknownProtocol &+= 1
            return
        }
        do throws(SRTPError) {
            if isRTCP { try security.unprotectRTCP(&packet) } else { try security.unprotect(&packet) }
        } catch {
            switch error {
            case .replayed: transport.refusals.replayed &+= 1
            case .tooManyStreams: transport.refusals.unroutable &+= 1
            default: transport.refusals.authentication &+= 1
            }
            return
        }
        // On the pair in use this changes nothing that ICE would have to be asked about at once.
        if ice.state != .connected || ice.sendPair != path { iceIsDue = true }
        ice.noteReceived(on: path, now: now)
        if isRTCP { receiveRTCP(packet.bytes) } else { receiveRTP(packet) }
    }

    /// Lets time pass: call it at the instant of the last `.idle(until:)`, or whenever it suits.
    public mutating func advance(to now: Instant) {
        setTime(now)
        guard !isClosed else { return }
        advanceRelays()
        ice.advance(to: self.now)
        security?.advance(to: self.now)
        afterICE()
        afterSecurity()
        while let timer = timers.expire(at: self.now) {
            switch timer {
            case .reports: sendReports()
            case .feedback: sendTransportFeedback()
            case .pool: iceIsDue = true
            case .connections: closeUselessConnections()
            case .relays: retryRelays()
            case .answers: giveHeldAnswers()
            }
        }
        if videoDeadline <= self.now { serveVideo() }
        if videoSender.keyFrameRequests.takeDue(now: self.now) { emit(.keyFrameRequested) }
    }

    /// Says goodbye (BYE, close_notify) and ends. Poll afterwards to let the goodbye out.
    public mutating func close(now: Instant) {
        setTime(now)
        guard !isClosed else { return }
        if securityState == .connected { sendGoodbye() }
        if let security, let path = ice.sendPair {
            security.close(now: self.now)
            while let datagram = security.nextDatagram(from: packets) {
                guard outgoing.push(RoutedDatagram(packet: datagram, path: path)) else {
                    break
                }
            }
        }
        security?.close(now: self.now)
        ice.close(now: self.now)
        bindings.removeAll()
        videoReceiver.follow(nil)
        videoSender.pacer.removeAll()
        videoSender.cache.removeAll()
        receivedAudio.removeAll()
        earlyFlight.removeAll()
        earlyCandidates.removeAll()
        timers = TimerTable()
        isClosed = true
        updateState()
    }

    mutating func setTime(_ now: Instant) { self.now = max(self.now, now) }

    /// To be called after anything that may have changed what ICE knows.
    mutating func afterICE() {
        iceIsDue = true
        guard ice.sendPair != nil, let security else { return }
        security.start(now: now)
        for _ in 0..<earlyFlight.count {
            guard let early = earlyFlight.pop() else { break }
            if ice.isValidated(early.path) {
                receiveEarly(early)
            } else {
                _ = earlyFlight.push(early)
            }
        }
        afterSecurity()
    }

    private func receiveEarly(_ datagram: borrowing RoutedDatagram) {
        security?.receive(datagram.packet.bytes, now: now)
    }

    /// To be called after anything that may have moved the handshake.
    mutating func afterSecurity() {
        guard let security, security.state != securityState else { return }
        securityState = security.state
        switch securityState {
        case .connected:
            earlyFlight.removeAll()
            let inUse = ice.candidatePairStatistics().first { $0.inUse }
            firstRoundTripTime = inUse?.currentRoundTripTime ?? firstRoundTripTime
            timers[.reports] = now + .milliseconds(200)
            emit(.targetBitrate(videoSender.targetBitrate))
            if videoFlow.sends { demandKeyFrame() }
        case .closed: emit(.remoteClosed)
        case .failed: outgoing.removeAll()
        case .new, .connecting: break
        }
        updateState()
    }

    /// ICE and DTLS taken together, as `RTCPeerConnectionState` takes them.
    mutating func updateState() {
        let state: PeerConnectionState
        switch (ice.state, securityState) {
        case _ where isClosed: state = .closed
        case (.failed, _), (_, .failed): state = .failed
        case (.disconnected, _), (_, .closed): state = .disconnected
        case (.connected, .connected): state = .connected
        case (.new, .new): state = .new
        // A restart that is waiting for the peer's answer interrupts nothing.
        case (.new, .connected), (.checking, .connected): state = ice.sendPair != nil ? .connected : .connecting
        default: state = .connecting
        }
        guard state != connectionState else { return }
        connectionState = state
        emit(.connectionState(state))
    }

    /// Tells the owner; if the owner does not listen, nothing but changes of state is kept without limit.
    mutating func emit(_ event: PeerEvent) {
        if events.count - nextEvent >= 64 {
            switch event {
            case .synchronisation, .keyFrameRequested, .targetBitrate: return
            case .connectionState, .localCandidate, .restartNeeded, .mediaFlow, .remoteClosed: break
            }
        }
        events.append(event)
    }
}
