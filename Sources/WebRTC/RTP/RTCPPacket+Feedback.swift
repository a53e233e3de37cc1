import Primitives

extension RTCPPacket {
    /// "REMB".
    static let rembIdentifier: UInt32 = 0x5245_4D42

    /// Of NACK: the pairs of packet identifier and bit mask.
    public var nackPairCount: Int { kind == .nack ? (body.byteCount - 8) / 4 : 0 }

    /// Of NACK: pair `index`; nil past the last.
    public func nackPair(_ index: Int) -> NACKPair? {
        guard index >= 0, index < nackPairCount, let id = body.bigEndian(UInt16.self, at: 8 + index * 4),
            let mask = body.bigEndian(UInt16.self, at: 10 + index * 4)
        else { return nil }
        return NACKPair(packetID: id, lostMask: mask)
    }

    /// Of FIR: its entries, one a target.
    public var fullIntraRequestCount: Int { kind == .fullIntraRequest ? (body.byteCount - 8) / 8 : 0 }

    /// Of FIR: entry `index`; nil past the last.
    public func fullIntraRequest(_ index: Int) -> (ssrc: UInt32, sequenceNumber: UInt8)? {
        guard index >= 0, index < fullIntraRequestCount, let ssrc = body.bigEndian(UInt32.self, at: 8 + index * 8),
            let number = body.byte(at: 12 + index * 8)
        else { return nil }
        return (ssrc, number)
    }

    /// Of REMB: the bitrate in bit/s; saturates at `Int.max`.
    public var maximumBitrate: Int? {
        guard kind == .receiverEstimatedMaximumBitrate, let high = body.byte(at: 13),
            let low = body.bigEndian(UInt16.self, at: 14)
        else { return nil }
        let mantissa = UInt64(high & 3) << 16 | UInt64(low)
        let exponent = UInt64(high >> 2)
        guard mantissa > 0 else { return 0 }
        guard mantissa.leadingZeroBitCount > Int(exponent) else { return Int.max }
        return Int(mantissa << exponent)
    }

    /// Of REMB: how many SSRCs it is about.
    public var maximumBitrateTargetCount: Int {
        kind == .receiverEstimatedMaximumBitrate ? Int(body.byte(at: 12) ?? 0) : 0
    }

    /// Of REMB: target `index`; nil past the last.
    public func maximumBitrateTarget(_ index: Int) -> UInt32? {
        guard index >= 0, index < maximumBitrateTargetCount else { return nil }
        return body.bigEndian(UInt32.self, at: 16 + index * 4)
    }

    /// Of SDES: the CNAME of the first chunk that has one, with its source. Items are bounded by the packet.
    public var canonicalName: (ssrc: UInt32, range: Range<Int>)? {
        guard kind == .sourceDescription else { return nil }
        var position = 0
        for _ in 0..<count {
            guard let ssrc = body.bigEndian(UInt32.self, at: position) else { return nil }
            position += 4
            while let type = body.byte(at: position), type != 0 {
                guard let size = body.byte(at: position + 1), position + 2 + Int(size) <= body.byteCount else {
                    return nil
                }
                if type == 1 { return (ssrc, position + 2..<position + 2 + Int(size)) }
                position += 2 + Int(size)
            }
            position = (position + 4) & ~3  // the null octet, then up to the next word
        }
        return nil
    }

    /// Bytes of the packet, for the ranges that accessors give.
    public var bytes: RawSpan { @_lifetime(copy self) get { body } }
}

/// A lost packet and a mask of the 16 that follow it (RFC 4585 §6.2.1).
public struct NACKPair: Equatable, Sendable {
    public var packetID: UInt16
    public var lostMask: UInt16

    public init(packetID: UInt16, lostMask: UInt16) {
        self.packetID = packetID
        self.lostMask = lostMask
    }

    /// Lost number `index`, counted from 0; nil past the last. At most 17.
    public func sequenceNumber(_ index: Int) -> UInt16? {
        guard index > 0 else { return index == 0 ? packetID : nil }
        var mask = lostMask
        for _ in 1..<index { mask &= mask &- 1 }
        return mask == 0 ? nil : packetID &+ 1 &+ UInt16(truncatingIfNeeded: mask.trailingZeroBitCount)
    }
}
