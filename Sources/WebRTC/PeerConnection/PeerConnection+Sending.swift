import CongestionControl
import ICE
public import Primitives
import RTP
import SDP
import SRTP

extension PeerConnection {
    /// Bytes of an RTP packet on the wire at the most, under which every path's limit is taken to be.
    static let maximumPacketSize = 1200

    /// Sends one encoded VP8 frame; ignored before the state is `connected` or if video does not flow that way, and
    /// after a loss of our own making until the next key frame.
    public mutating func sendVideo(_ frame: RawSpan, isKeyFrame: Bool, capturedAt: Instant, now: Instant) {
        setTime(now)
        guard canSend, let video, video.flow.sends, frame.byteCount > 0 else { return }
        if videoSender.awaitsKeyFrame, !isKeyFrame { return demandKeyFrame() }
        // The tag, and the number that a retransmission puts before the payload.
        let room = Self.maximumPacketSize - videoSender.header.headerSize - (security?.overhead ?? 0) - 2
        let fragments = videoSender.packetizer.fragments(frameSize: frame.byteCount, maximumPayload: room)
        let timestamp = videoSender.timestamp(capturedAt)
        guard fragments.count <= outgoing.free else { return loseFrame(after: 0) }
        for index in 0..<fragments.count {
            guard var packet = try? packets.take(), var copy = try? packets.take(),
                videoSender.header.write(into: &packet, marker: fragments.isLast(index), timestamp: timestamp) != nil,
                fragments.append(index, of: frame, to: &packet), let header = try? RTPHeader(parsing: packet.bytes)
            else { return loseFrame(after: index) }
            stamp(&packet, header, video)
            copy.copy(from: packet.bytes)
            let size = header.payloadRange.count
            videoSender.cache.store(packet, header: header, now: self.now)
            guard protectAndQueue(copy) else { return loseFrame(after: index) }
            videoSender.report.sent(timestamp: timestamp, capturedAt: capturedAt, payloadSize: size)
            videoSender.statistics.packetsSent &+= 1
            videoSender.statistics.bytesSent &+= UInt64(size)
            videoSender.statistics.headerBytesSent &+= UInt64(header.headerSize)
        }
        videoSender.statistics.framesSent &+= 1
        guard isKeyFrame else { return }
        videoSender.statistics.keyFramesEncoded &+= 1
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
        stamp(&buffer, header, audio)
        guard protectAndQueue(buffer) else { return }
        audioSender.nextIsMarked = packet.byteCount <= OpusPayload.discontinuousSize
        audioSender.report.sent(timestamp: timestamp, capturedAt: capturedAt, payloadSize: packet.byteCount)
        audioSender.statistics.packetsSent &+= 1
        audioSender.statistics.bytesSent &+= UInt64(packet.byteCount)
        audioSender.statistics.headerBytesSent &+= UInt64(header.headerSize)
    }

    /// Sends a packet again that the peer says it lacks, within the limits of the cache.
    mutating func retransmit(_ sequenceNumber: UInt16, in video: MediaSection) {
        let decision = videoSender.cache.request(sequenceNumber, now: now, roundTripTime: roundTripTime)
        guard decision == .granted, var copy = try? packets.take() else { return }
        if videoSender.usesRetransmissionStream {
            guard videoSender.cache.wrap(sequenceNumber, into: &copy, stream: &videoSender.retransmission),
                let header = try? RTPHeader(parsing: copy.bytes)
            else { return }
            stamp(&copy, header, video)
        } else {
            // Byte for byte what it was: the same nonce must not protect anything else.
            guard videoSender.cache.copy(sequenceNumber, into: &copy) else { return }
        }
        let size = copy.count
        guard protectAndQueue(copy) else { return }
        videoSender.statistics.packetsSent &+= 1
        videoSender.statistics.bytesSent &+= UInt64(size)
        videoSender.statistics.retransmittedPacketsSent &+= 1
        videoSender.statistics.retransmittedBytesSent &+= UInt64(size)
    }

    var canSend: Bool { !isClosed && securityState == .connected && ice.sendPair != nil }

    /// Fills in what is known only when a packet leaves.
    private mutating func stamp(_ packet: inout PooledBuffer, _ header: RTPHeader, _ section: MediaSection) {
        let extensions = section.extensions
        if extensions.transportSequenceNumber != 0,
            header.setTransportSequenceNumber(
                transportSequenceNumber, id: extensions.transportSequenceNumber, in: &packet)
        {
            videoSender.congestion.sent(transportSequenceNumber, size: packet.count, at: now)
            transportSequenceNumber &+= 1
        }
        if extensions.absoluteSendTime != 0 {
            header.setAbsoluteSendTime(now, id: extensions.absoluteSendTime, in: &packet)
        }
    }

    private mutating func protectAndQueue(_ packet: consuming PooledBuffer) -> Bool {
        guard let security, let path = ice.sendPair else { return false }
        do throws(SRTPError) { try security.protect(&packet) } catch {
            transport.refusals.exhausted &+= 1
            return false
        }
        guard outgoing.push(RoutedDatagram(packet: packet, local: path.local, remote: path.remote)) else {
            transport.refusals.exhausted &+= 1
            return false
        }
        return true
    }

    /// No slot or no room for the whole frame: what follows is of no use to the peer before a key frame.
    private mutating func loseFrame(after sent: Int) {
        transport.refusals.exhausted &+= 1
        // A gap in the numbers, or the peer would take what it has of the frame for all of it.
        if sent > 0 { videoSender.header.sequenceNumber &+= 1 }
        videoSender.awaitsKeyFrame = true
        demandKeyFrame()
    }

    /// Asks the encoder for a key frame, twice a second at the most.
    mutating func demandKeyFrame() {
        if videoSender.keyFrameRequests.request(now: now) { emit(.keyFrameRequested) }
    }

    /// Takes over what the path was found to carry. An encoder that is set anew for every small step codes worse.
    mutating func followCongestion() {
        let target = videoSender.congestion.targetBitrate - VideoSender.reservedBitrate
        let step = abs(target - videoSender.targetBitrate)
        let isBound = target <= configuration.minimumBitrate || target >= configuration.maximumBitrate
        if isBound || step * 20 >= videoSender.targetBitrate { setTargetBitrate(target) }
    }

    mutating func setTargetBitrate(_ bitrate: Int) {
        let limit = min(configuration.maximumBitrate, video?.maximumBitrate ?? Int.max)
        let target = max(configuration.minimumBitrate, min(bitrate, limit))
        guard target != videoSender.targetBitrate else { return }
        videoSender.targetBitrate = target
        emit(.targetBitrate(target))
    }
}
