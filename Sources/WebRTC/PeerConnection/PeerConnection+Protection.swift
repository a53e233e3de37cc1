import CongestionControl
import JitterBuffer
import Primitives
import RTP
import SDP

/// Forward error correction of video: ULPFEC (RFC 5109) in RED (RFC 2198), on the stream that it protects.
extension PeerConnection {
    // MARK: Sending

    /// Video leaves in RED, with FEC packets behind frames: the path asks for it, and the peer takes it. Browsers' receivers
    /// look for what an FEC packet protects among packets in RED alone.
    var protects: Bool {
        videoSender.protection.isOn && videoSender.usesRetransmissionStream && video?.redundancy != nil
    }

    /// Bytes that an FEC packet has beyond the longest of those it protects, while there are any.
    var parityOverhead: Int { protects ? videoSender.header.headerSize + 1 + 18 - 12 : 0 }

    /// Takes the share of FEC packets out of what video may take, and returns what is left to the encoder. They have all that it
    /// cannot use, as far as that is of use to them.
    mutating func protect(_ bitrate: Int) -> Int {
        let room = Double(bitrate) / Double(mostVideoBitrate) - 1
        let (least, most) = (videoSender.protection.overhead, videoSender.protection.spareOverhead)
        videoSender.parityShare = max(least, min(most, room))
        return Int(Double(bitrate) / (1 + videoSender.parityShare))
    }

    /// What is worth finding out about the path.
    mutating func setMostBitrate() {
        let most = VideoSender.mostBitrate(configuration)
        videoSender.congestion.maximumBitrate =
            protects ? Int(Double(most) * (1 + videoSender.protection.spareOverhead)) : most
    }

    /// Puts FEC packets behind a frame, as many as there is credit for.
    mutating func queueParity(timestamp: UInt32) {
        guard protects else { return videoSender.window.restart() }
        let count = videoSender.window.take(
            overhead: videoSender.parityShare, header: parityOverhead, now: now)
        guard count > 0 else { return }
        for index in 0..<count {
            guard videoSender.pacer.freeVideo > 0, let (base, mask) = videoSender.window.share(index, of: count) else {
                continue
            }
            let number = videoSender.header.sequenceNumber
            videoSender.header.sequenceNumber &+= 1
            videoSender.parities.put(
                ULPFECParity(sequenceNumber: number, timestamp: timestamp, base: base, mask: mask))
            _ = videoSender.pacer.queueVideo(
                Pacer.Packet(sequenceNumber: number, size: videoSender.window.size + parityOverhead, queuedAt: now))
        }
        videoSender.window.restart()
    }

    /// Makes an FEC packet that is due.
    mutating func fill(
        _ packet: inout PooledBuffer, parity: ULPFECParity, _ waiting: Pacer.Packet, _ video: MediaSection,
        _ probe: UInt8
    ) -> Bool {
        guard let redundancy = video.redundancy else { return false }
        var writer = videoSender.header
        (writer.payloadType, writer.sequenceNumber) = (redundancy.red, parity.sequenceNumber)
        guard writer.write(into: &packet, marker: false, timestamp: parity.timestamp) != nil,
            packet.append(redundancy.ulpfec), videoSender.cache.appendParity(parity, to: &packet),
            let header = try? RTPHeader(parsing: packet.bytes)
        else { return false }
        stamp(&packet, header, video, probe: probe)
        let size = UInt64(header.payloadRange.count)
        videoSender.statistics.packetsSent &+= 1
        videoSender.statistics.bytesSent &+= size
        videoSender.statistics.headerBytesSent &+= UInt64(header.headerSize)
        videoSender.statistics.totalPacketSendDelay += (now - waiting.queuedAt).seconds
        videoSender.statistics.fecPacketsSent &+= 1
        videoSender.statistics.fecBytesSent &+= size
        return true
    }

    // MARK: Receiving

    /// What a frame's packets may come after one another with, and an FEC packet after them: nothing is asked for before that
    /// where such packets come.
    var repairWait: Interval {
        guard let last = videoReceiver.lastParity, now - last < .seconds(2) else { return .zero }
        return min(.milliseconds(20), roundTripTime / 8)
    }

    /// A packet of the video stream, as it came or sent again: out of RED, if it is in that, to where it belongs.
    mutating func openVideo(
        _ packet: consuming PooledBuffer, _ header: RTPHeader, _ sequence: Int64, isRetransmission: Bool
    ) {
        guard let video else { return }
        guard let redundancy = video.redundancy, header.payloadType == redundancy.red else {
            if !isRetransmission { noteForRepair(packet, header, sequence) }
            insertVideo(packet, header, sequence, isRetransmission: isRetransmission)
            return makeRepairs()
        }
        if header.payloadRange.isEmpty {  // padding
            insertVideo(packet, header, sequence, isRetransmission: isRetransmission)
            return serveVideo()
        }
        guard let inner = try? REDPayload.unwrap(packet.bytes, header: header) else {
            videoReceiver.statistics.packetsDiscarded &+= 1
            transport.refusals.malformed &+= 1
            return
        }
        videoReceiver.lastRED = now
        if inner.payloadType == redundancy.ulpfec {
            insertParity(packet, inner, sequence)
        } else if inner.payloadType == video.codec.payloadType {
            if !isRetransmission { noteForRepair(packet, inner, sequence) }
            insertVideo(packet, inner, sequence, isRetransmission: isRetransmission)
        } else {
            videoReceiver.statistics.packetsDiscarded &+= 1
            transport.refusals.unroutable &+= 1
            return
        }
        makeRepairs()
    }

    /// Keeps a copy while the peer's packets come in RED. Of a retransmission there must be none: its header extensions may be
    /// others than those that parity was computed from, and what is made with it is then no packet of the stream.
    private mutating func noteForRepair(_ packet: borrowing PooledBuffer, _ header: RTPHeader, _ sequence: Int64) {
        guard let video, videoReceiver.lastRED != nil else { return }
        videoReceiver.recovery.insert(
            packet.bytes, header: header, sequence: sequence, extensions: video.extensions)
    }

    private mutating func insertParity(_ packet: borrowing PooledBuffer, _ header: RTPHeader, _ sequence: Int64) {
        videoReceiver.statistics.fecPacketsReceived &+= 1
        videoReceiver.statistics.fecBytesReceived &+= UInt64(header.payloadRange.count)
        videoReceiver.lastPacket = now
        videoReceiver.lastParity = now
        // Its number is none that is missing, and no frame waits for it.
        if video?.feedback.contains(.nack) == true { videoReceiver.losses.received(sequence, now: now) }
        _ = videoReceiver.frames.insertParity(sequence: sequence, timestamp: header.timestamp, arrival: now)
        videoReceiver.mayHaveFrames = true
        guard let payload = packet.bytes.slice(header.payloadRange) else { return }
        do throws(RTPError) {
            try videoReceiver.recovery.insert(parity: payload, sequence: sequence)
        } catch {
            videoReceiver.statistics.packetsDiscarded &+= 1
            transport.refusals.malformed &+= 1
        }
    }

    /// Makes what can be made, before anything is asked for; what was made may be what another one lacked.
    private mutating func makeRepairs() {
        defer { serveVideo() }
        guard let video, let ssrc = videoReceiver.ssrc else { return }
        while videoReceiver.recovery.hasCandidate {
            guard var packet = try? packets.take() else {
                transport.refusals.exhausted &+= 1
                break
            }
            guard
                let (header, sequence) = videoReceiver.recovery.recover(
                    into: &packet, ssrc: ssrc, payloadType: video.codec.payloadType,
                    notBefore: videoReceiver.frames.firstWanted)
            else { continue }
            noteForRepair(packet, header, sequence)
            insertVideo(packet, header, sequence, isRetransmission: true)
        }
    }
}

extension PooledBuffer {
    fileprivate mutating func append(_ byte: UInt8) -> Bool {
        guard count < capacity else { return false }
        setCount(count + 1)
        let last = count - 1
        var bytes = mutableBytes
        return bytes.setBigEndian(byte, at: last)
    }
}
