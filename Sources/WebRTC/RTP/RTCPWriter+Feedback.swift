public import Primitives

extension RTCPWriter {
    @_lifetime(self: copy self)
    mutating func feedbackHead(_ type: UInt8, format: Int, size: Int, sender: UInt32, media: UInt32) -> Bool {
        guard head(type, count: format, size: size) else { return false }
        write(sender)
        write(media)
        return true
    }

    /// RFC 4585 §6.3.1.
    @discardableResult
    @_lifetime(self: copy self)
    public mutating func pictureLossIndication(senderSSRC: UInt32, mediaSSRC: UInt32) -> Bool {
        feedbackHead(206, format: 1, size: 12, sender: senderSSRC, media: mediaSSRC)
    }

    /// RFC 5104 §4.3.1: `sequenceNumber` counts commands, not repetitions.
    @discardableResult
    @_lifetime(self: copy self)
    public mutating func fullIntraRequest(senderSSRC: UInt32, mediaSSRC: UInt32, sequenceNumber: UInt8) -> Bool {
        guard feedbackHead(206, format: 4, size: 20, sender: senderSSRC, media: 0) else { return false }
        write(mediaSSRC)
        write(UInt32(sequenceNumber) << 24)
        return true
    }

    /// REMB for one media source; `bitrate` in bit/s.
    @discardableResult
    @_lifetime(self: copy self)
    public mutating func maximumBitrate(senderSSRC: UInt32, mediaSSRC: UInt32, bitrate: Int) -> Bool {
        guard feedbackHead(206, format: 15, size: 24, sender: senderSSRC, media: 0) else { return false }
        var mantissa = UInt64(max(0, bitrate))
        var exponent: UInt32 = 0
        while mantissa >= 1 << 18 {
            mantissa >>= 1
            exponent += 1
        }
        write(RTCPPacket.rembIdentifier)
        write(UInt32(1) << 24 | exponent << 18 | UInt32(truncatingIfNeeded: mantissa))
        write(mediaSSRC)
        return true
    }

    /// Generic NACK (RFC 4585 §6.2.1) for what `generator` says is due; its bookkeeping is done only for what fits.
    /// - Returns: sequence numbers asked for, 0 if nothing is due.
    @discardableResult
    @_lifetime(self: copy self)
    public mutating func nack(
        senderSSRC: UInt32, mediaSSRC: UInt32, from generator: inout NACKGenerator, now: Instant
    ) -> Int {
        guard remaining >= 16, var pair = generator.nextPair(now: now) else { return 0 }
        let start = count
        guard feedbackHead(205, format: 1, size: 12, sender: senderSSRC, media: mediaSSRC) else { return 0 }
        var asked = 0
        while true {
            write(pair.packetID)
            write(pair.lostMask)
            asked += 1 + pair.lostMask.nonzeroBitCount
            guard remaining >= 4, let following = generator.nextPair(now: now) else { break }
            pair = following
        }
        patch(UInt16(truncatingIfNeeded: (count - start) / 4 - 1), at: start + 2)
        return asked
    }
}
