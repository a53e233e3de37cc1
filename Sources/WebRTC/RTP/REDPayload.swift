public import Primitives

/// The RED payload format (RFC 2198 §3) in the one form that browsers send video in: a single block, which one octet with
/// its payload type goes before.
public enum REDPayload {
    /// Takes a received packet out of RED, without moving anything.
    ///
    /// - Parameter header: of the packet as it came.
    /// - Returns: the header that it would have without RED: with the block's payload type, and the payload one octet later.
    public static func unwrap(_ packet: RawSpan, header: RTPHeader) throws(RTPError) -> RTPHeader {
        guard !header.payloadRange.isEmpty, let first = packet.byte(at: header.payloadRange.lowerBound) else {
            throw .truncated
        }
        // Another block follows: nobody sends that with video.
        guard first & 0x80 == 0 else { throw .invalid }
        var inner = header
        inner.payloadType = first
        inner.payloadStart = header.payloadStart + 1
        return inner
    }

    /// Puts a packet that is about to leave into RED, in place; false if it does not fit.
    public static func wrap(_ packet: inout PooledBuffer, header: RTPHeader, payloadType: UInt8) -> Bool {
        let (start, end) = (header.headerSize, packet.count)
        guard start <= end, end < packet.capacity else { return false }
        packet.setCount(end + 1)
        guard packet.move(start..<end, to: start + 1) else { return false }
        var bytes = packet.mutableBytes
        return bytes.setBigEndian((header.marker ? 0x80 : 0) | (payloadType & 0x7F), at: 1)
            && bytes.setBigEndian(header.payloadType & 0x7F, at: start)
    }
}
