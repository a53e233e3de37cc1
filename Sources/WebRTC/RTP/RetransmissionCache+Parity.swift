public import Primitives

/// An FEC packet that is to leave: what it protects (RFC 5109).
public struct ULPFECParity: Equatable, Sendable {
    /// Its own number, among those of the stream that it protects.
    public var sequenceNumber: UInt16
    /// Of the last packet that it protects.
    public var timestamp: UInt32
    public var base: UInt16
    /// As in `ULPFECHeader`.
    public var mask: UInt64

    public init(sequenceNumber: UInt16, timestamp: UInt32, base: UInt16, mask: UInt64) {
        (self.sequenceNumber, self.timestamp, self.base, self.mask) = (sequenceNumber, timestamp, base, mask)
    }
}

extension RetransmissionCache {
    /// Appends the payload of an FEC packet to `buffer`, computed from packets that are kept as they were before they left:
    /// with their send time and transport-wide number still empty, as receivers of browsers' make assume.
    ///
    /// False if one of them is not here any more or the result does not fit.
    public borrowing func appendParity(_ parity: ULPFECParity, to buffer: inout PooledBuffer) -> Bool {
        var header = ULPFECHeader(base: parity.base, mask: parity.mask)
        let fixed = ULPFECHeader.fixedHeader
        let start = buffer.count
        var end = start + header.size
        guard end <= buffer.capacity else { return false }
        buffer.setCount(end)
        for place in 0..<Int64(ULPFECHeader.maximumSpan) where header.mask & ULPFECHeader.bit(place) != 0 {
            let from = start + header.size
            let isAdded = withPacket(parity.base &+ UInt16(place)) { packet in
                guard let rest = packet.slice(fixed..<max(fixed, packet.byteCount)),
                    from + rest.byteCount <= buffer.capacity
                else { return false }
                header.combine(packet)
                let longer = from + rest.byteCount - end
                if longer > 0 {
                    var writer = ByteWriter(buffer.storage, startingAt: end)
                    writer.pad(longer)
                    end += longer
                    buffer.setCount(end)
                }
                return buffer.exclusiveOr(rest, at: from)
            }
            guard isAdded == true else { return false }
        }
        header.protectionLength = UInt16(truncatingIfNeeded: end - start - header.size)
        var writer = ByteWriter(buffer.storage, startingAt: start)
        header.write(to: &writer)
        return !writer.overflowed
    }
}
