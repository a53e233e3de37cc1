import CongestionControl
import ICE
public import Primitives
import RTP
import SDP

extension PeerConnection {
    /// How long the video that waits to be sent takes at the present bit rate: above a quarter of a second or so the
    /// encoder had better leave a picture out.
    public var videoBacklog: Interval { videoSender.pacer.backlog }

    /// The path is such that every second picture had better be one that may be lost.
    public var prefersLayers: Bool { videoSender.layers.isLayered }

    /// The peer tells when packets arrive, so that we find out ourselves what the path carries.
    var followsFeedback: Bool {
        guard let video else { return false }
        return video.feedback.contains(.transportCC) && video.extensions.transportSequenceNumber != 0
    }

    /// It has told so of late.
    var hasFeedback: Bool {
        guard followsFeedback, let last = videoSender.lastFeedback else { return false }
        return now - last < .seconds(2)
    }

    /// Answers a NACK, at once or where packets overtake each other when there has been time to hear that it had come.
    mutating func answer(_ sequenceNumber: UInt16) {
        let delay = hasFeedback ? videoSender.congestion.answerDelay : .zero
        guard delay > .zero, videoSender.heldAnswers.add(sequenceNumber, due: now + delay) else {
            return retransmit(sequenceNumber)
        }
        timers[.answers] = videoSender.heldAnswers.nextDeadline
    }

    mutating func giveHeldAnswers() {
        while let sequenceNumber = videoSender.heldAnswers.takeDue(now: now) {
            let number = videoSender.cache.transportSequenceNumber(of: sequenceNumber)
            if let number, videoSender.congestion.hasArrived(number) { continue }
            retransmit(sequenceNumber)
        }
        timers[.answers] = videoSender.heldAnswers.nextDeadline
    }

    /// The packet leaves again as soon as the pacer lets it, within the limits of the cache.
    private mutating func retransmit(_ sequenceNumber: UInt16) {
        let decision = videoSender.cache.request(sequenceNumber, now: now, roundTripTime: roundTripTime)
        if decision == .limited { return giveRepairsUp() }
        guard decision == .granted, let size = videoSender.cache.size(of: sequenceNumber) else { return }
        let packet = Pacer.Packet(sequenceNumber: sequenceNumber, size: size, queuedAt: now)
        _ = videoSender.pacer.queueRetransmission(packet)
        // Lost again, it would be seen.
        if videoSender.cache.takeDouble(sequenceNumber, roundTripTime: roundTripTime, isSpendable: answersTwice) {
            _ = videoSender.pacer.queueRetransmission(packet)
        }
        let repairing = videoSender.repairs.bitrate(now: now) + Double(videoSender.pacer.retransmissionBytes * 8)
        if repairing > Self.mostRepairing * Double(videoSender.pacer.bitrate) { giveRepairsUp() }
    }

    /// There is room for it: with forward error correction little has to come again, and a path that carries more than the
    /// encoder makes is not full. Packets that overtake each other may not be lost at all.
    private var answersTwice: Bool {
        protects
            || secondLossIsSeen && videoSender.targetBitrate >= mostVideoBitrate
                && videoSender.congestion.answerDelay == .zero
    }

    /// A packet that is lost, or whose request is, once more would come so late that the picture stands still.
    var secondLossIsSeen: Bool { roundTripTime >= ProtectionChoice.roundTrip }

    /// Of what may be sent in a second: to send more than that again shows the viewer less than a key frame does, and keeps a
    /// queue full that has to become empty.
    private static let mostRepairing = 0.4
    /// In which the key frame itself may be repaired.
    private static let repairTruce = Interval.seconds(2)

    /// More was lost than can soon be made good, as by a link that has become narrow: a key frame is the shorter way.
    private mutating func giveRepairsUp() {
        if let last = videoSender.gaveRepairsUp, now - last < Self.repairTruce { return }
        videoSender.gaveRepairsUp = now
        videoSender.pacer.removeRetransmissions()
        videoSender.cache.abandon()
        videoSender.heldAnswers.removeAll()
        demandKeyFrame()
    }

    /// Only with retransmissions of their own stream can a probe be filled up.
    mutating func beginProbeIfDue(_ video: MediaSection) {
        guard followsFeedback, videoSender.usesRetransmissionStream, videoSender.pacer.probe == nil,
            let probe = videoSender.congestion.takeProbe(waiting: videoSender.pacer.videoBytes, now: now)
        else { return }
        videoSender.pacer.begin(probe, now: now)
    }

    /// What the pacer lets go now, ready for the wire.
    mutating func nextPaced() -> RoutedDatagram? {
        guard canSend, let video else { return nil }
        while videoSender.pacer.hasDeparture(now: now) {
            guard var packet = try? packets.take() else {
                transport.refusals.exhausted &+= 1
                videoSender.pacer.hold(until: now + .milliseconds(5))
                return nil
            }
            let probe = videoSender.pacer.probe?.id ?? 0
            guard let departure = videoSender.pacer.next(now: now) else { return nil }
            let isFilled =
                switch departure {
                case .video(let waiting):
                    if let parity = videoSender.parities.take(waiting.sequenceNumber) {
                        fill(&packet, parity: parity, waiting, video, probe)
                    } else {
                        fill(&packet, new: waiting, video, probe)
                    }
                case .retransmission(let waiting): repair(&packet, waiting.sequenceNumber, video, probe)
                case .padding: pad(&packet, video, probe)
                }
            guard isFilled else { continue }
            if let datagram = protect(packet, .pictures) { return datagram }
        }
        return nil
    }

    private mutating func fill(
        _ packet: inout PooledBuffer, new waiting: Pacer.Packet, _ video: MediaSection, _ probe: UInt8
    ) -> Bool {
        guard videoSender.cache.copy(waiting.sequenceNumber, into: &packet),
            let header = try? RTPHeader(parsing: packet.bytes)
        else { return false }
        if protects, let red = video.redundancy?.red {
            guard REDPayload.wrap(&packet, header: header, payloadType: red) else { return false }
        }
        let number = stamp(&packet, header, video, probe: probe)
        // Sent again byte for byte, the same nonce protects nothing else.
        if !videoSender.usesRetransmissionStream {
            videoSender.cache.replace(waiting.sequenceNumber, with: packet.bytes)
        }
        videoSender.cache.departed(waiting.sequenceNumber, transportSequenceNumber: number, now: now)
        videoSender.newestSent = waiting.sequenceNumber
        videoSender.statistics.packetsSent &+= 1
        videoSender.statistics.bytesSent &+= UInt64(header.payloadRange.count)
        videoSender.statistics.headerBytesSent &+= UInt64(header.headerSize)
        videoSender.statistics.totalPacketSendDelay += (now - waiting.queuedAt).seconds
        return true
    }

    private mutating func repair(
        _ packet: inout PooledBuffer, _ sequenceNumber: UInt16, _ video: MediaSection, _ probe: UInt8
    ) -> Bool {
        videoSender.repairs.add(bytes: videoSender.cache.size(of: sequenceNumber) ?? 0, now: now)
        return fill(&packet, again: sequenceNumber, video, probe)
    }

    private mutating func fill(
        _ packet: inout PooledBuffer, again sequenceNumber: UInt16, _ video: MediaSection, _ probe: UInt8
    ) -> Bool {
        if videoSender.usesRetransmissionStream {
            guard videoSender.cache.wrap(sequenceNumber, into: &packet, stream: &videoSender.retransmission),
                let header = try? RTPHeader(parsing: packet.bytes)
            else { return false }
            stamp(&packet, header, video, probe: probe)
        } else {
            guard videoSender.cache.copy(sequenceNumber, into: &packet) else { return false }
        }
        videoSender.statistics.packetsSent &+= 1
        videoSender.statistics.bytesSent &+= UInt64(packet.count)
        videoSender.statistics.retransmittedPacketsSent &+= 1
        videoSender.statistics.retransmittedBytesSent &+= UInt64(packet.count)
        return true
    }

    /// A probe is filled with copies of what was sent last, which are of use where that was lost.
    private mutating func pad(_ packet: inout PooledBuffer, _ video: MediaSection, _ probe: UInt8) -> Bool {
        guard let newest = videoSender.newestSent, fill(&packet, again: newest, video, probe) else {
            videoSender.pacer.endProbe()
            return false
        }
        // What repairs others is not kept, and so leaves gaps.
        let older = (1...4 as ClosedRange<UInt16>).first { videoSender.cache.size(of: newest &- $0) != nil }
        videoSender.newestSent = newest &- (older ?? 0)
        return true
    }
}
