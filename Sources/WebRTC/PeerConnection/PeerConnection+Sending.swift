import CongestionControl
import ICE
public import Primitives
import RTP
import SDP
import SRTP

extension PeerConnection {
    /// Bytes of an RTP packet on the wire at the most, under which every path's limit is taken to be.
    static let maximumPacketSize = 1200
    /// With more than this waiting, frames that nothing is predicted from make way: before the encoder has to leave out
    /// any that it comes to.
    static let longestNonReferenceWait = Interval.milliseconds(150)

    /// Sends one encoded VP8 frame; ignored before the state is `connected` or if video does not flow that way, and
    /// after a loss of our own making until the next key frame.
    ///
    /// Its packets leave over some time (`Pacer`), as `poll` hands them out; `frame` is needed no longer than this call.
    /// - Parameter isNonReference: nothing is predicted from it, and it only from the last one of which that is not so: it
    ///   goes as a layer of its own, and is left out first where there is no room.
    public mutating func sendVideo(
        _ frame: RawSpan, isKeyFrame: Bool, isNonReference: Bool = false, capturedAt: Instant, now: Instant
    ) {
        setTime(now)
        guard canSend, let video, video.flow.sends, frame.byteCount > 0 else {
            // Where there is no way to the peer for a while, what follows is predicted from what it never had.
            if securityState == .connected, !isNonReference { videoSender.awaitsKeyFrame = true }
            return
        }
        if videoSender.awaitsKeyFrame, !isKeyFrame { return demandKeyFrame() }
        // The tag, and the number that a retransmission puts before the payload.
        if isNonReference, videoBacklog > Self.longestNonReferenceWait { return }
        let room =
            Self.maximumPacketSize - videoSender.header.headerSize - (security?.overhead ?? 0) - max(2, parityOverhead)
        let fragments = videoSender.packetizer.fragments(
            frameSize: frame.byteCount, isNonReference: isNonReference, maximumPayload: room)
        let timestamp = videoSender.timestamp(capturedAt)
        guard fragments.count <= videoSender.pacer.freeVideo else { return lose(fragments, after: 0) }
        for index in 0..<fragments.count {
            guard var packet = try? packets.take(),
                videoSender.header.write(into: &packet, marker: fragments.isLast(index), timestamp: timestamp) != nil,
                fragments.append(index, of: frame, to: &packet), let header = try? RTPHeader(parsing: packet.bytes)
            else { return lose(fragments, after: index) }
            let waiting = Pacer.Packet(
                sequenceNumber: header.sequenceNumber, size: packet.count, queuedAt: self.now)
            videoSender.cache.store(packet, header: header, isNonReference: isNonReference, now: self.now)
            _ = videoSender.pacer.queueVideo(waiting)
            videoSender.report.sent(
                timestamp: timestamp, capturedAt: capturedAt, payloadSize: header.payloadRange.count)
            if protects { videoSender.window.add(waiting, isProtected: !isNonReference) }
        }
        queueParity(timestamp: timestamp)
        videoSender.statistics.framesSent &+= 1
        beginProbeIfDue(video)
        guard isKeyFrame else { return }
        videoSender.statistics.keyFramesSent &+= 1
        videoSender.awaitsKeyFrame = false
        videoSender.keyFrameRequests.satisfied()
    }

    /// Sends one Opus packet; `timestamp` is of its first sample, on a 48 kHz clock that starts where it likes.
    public mutating func sendAudio(_ packet: RawSpan, timestamp: UInt32, capturedAt: Instant, now: Instant) {
        setTime(now)
        guard canSend, let audio, audio.flow.sends, packet.byteCount > 0 else { return }
        let timestamp = timestamp &+ audioSender.timestampOffset
        guard var buffer = try? packets.take(),
            packet.byteCount <= Self.maximumPacketSize - audioSender.header.headerSize - (security?.overhead ?? 0),
            audioSender.header.write(into: &buffer, marker: audioSender.nextIsMarked, timestamp: timestamp) != nil,
            buffer.append(packet), let header = try? RTPHeader(parsing: buffer.bytes)
        else {
            transport.refusals.exhausted &+= 1
            return
        }
        stamp(&buffer, header, audio, probe: 0)
        videoSender.pacer.sentUnpaced(size: buffer.count, now: self.now)
        guard protectAndQueue(buffer) else { return }
        audioSender.nextIsMarked = packet.byteCount <= OpusPayload.discontinuousSize
        audioSender.report.sent(timestamp: timestamp, capturedAt: capturedAt, payloadSize: packet.byteCount)
        audioSender.statistics.packetsSent &+= 1
        audioSender.statistics.bytesSent &+= UInt64(packet.byteCount)
        audioSender.statistics.headerBytesSent &+= UInt64(header.headerSize)
    }

    var canSend: Bool { !isClosed && securityState == .connected && ice.sendPair != nil }

    /// Fills in what is known only when a packet leaves.
    /// - Returns: its transport-wide number; nil if it has none.
    @discardableResult mutating func stamp(
        _ packet: inout PooledBuffer, _ header: RTPHeader, _ section: MediaSection, probe: UInt8
    ) -> UInt16? {
        let extensions = section.extensions
        var number: UInt16?
        if extensions.transportSequenceNumber != 0,
            header.setTransportSequenceNumber(
                transportSequenceNumber, id: extensions.transportSequenceNumber, in: &packet)
        {
            videoSender.congestion.sent(transportSequenceNumber, size: packet.count, probe: probe, at: now)
            number = transportSequenceNumber
            transportSequenceNumber &+= 1
        }
        if extensions.absoluteSendTime != 0 {
            header.setAbsoluteSendTime(now, id: extensions.absoluteSendTime, in: &packet)
        }
        return number
    }

    private mutating func protectAndQueue(_ packet: consuming PooledBuffer) -> Bool {
        guard let datagram = protect(packet, .sound) else { return false }
        guard outgoing.push(datagram) else {
            transport.refusals.exhausted &+= 1
            return false
        }
        return true
    }

    /// Nil if it could not be protected or there is nowhere to send it.
    mutating func protect(_ packet: consuming PooledBuffer, _ content: DatagramContent) -> RoutedDatagram? {
        guard let security, let path = ice.sendPair else { return nil }
        do throws(SRTPError) { try security.protect(&packet) } catch {
            transport.refusals.exhausted &+= 1
            return nil
        }
        return RoutedDatagram(packet: packet, path: path, content: content)
    }

    /// No slot or no room for the whole frame: what follows is of no use to the peer before a key frame, unless nothing is
    /// predicted from this one.
    private mutating func lose(_ frame: VP8Fragments, after sent: Int) {
        transport.refusals.exhausted &+= 1
        // A gap in the numbers, or the peer would take what it has of the frame for all of it.
        if sent > 0 { videoSender.header.sequenceNumber &+= 1 }
        guard !frame.isNonReference else { return }
        videoSender.awaitsKeyFrame = true
        demandKeyFrame()
    }

    /// Asks the encoder for a key frame, twice a second at the most.
    mutating func demandKeyFrame() {
        if videoSender.keyFrameRequests.request(now: now) { emit(.keyFrameRequested) }
    }

    /// Takes over what the path was found to carry. An encoder that is set anew for every small step codes worse.
    mutating func followCongestion() {
        follow(videoSender.congestion.targetBitrate)
    }

    /// So much may be sent in all: sound, headers and retransmissions come out of it.
    mutating func follow(_ bitrate: Int) {
        let bitrate = max(configuration.minimumBitrate, min(bitrate, videoSender.congestion.maximumBitrate))
        videoSender.pacer.bitrate = bitrate
        videoSender.pacer.isHeldBack = hasFeedback && videoSender.congestion.isQueueLong
        let repairs = min(Int(videoSender.repairs.bitrate(now: now)), bitrate / 4)
        let rest = bitrate - VideoSender.reservedBitrate - repairs
        let target = protects ? protect(rest) : rest
        let step = abs(target - videoSender.targetBitrate)
        let isBound = target <= configuration.minimumBitrate || target >= configuration.maximumBitrate
        if isBound || step * 20 >= videoSender.targetBitrate { setTargetBitrate(target) }
    }

    /// What the encoder may make at the most.
    var mostVideoBitrate: Int { min(configuration.maximumBitrate, video?.maximumBitrate ?? Int.max) }

    mutating func setTargetBitrate(_ bitrate: Int) {
        let target = max(configuration.minimumBitrate, min(bitrate, mostVideoBitrate))
        guard target != videoSender.targetBitrate else { return }
        videoSender.targetBitrate = target
        emit(.targetBitrate(target))
    }
}
