public import Primitives

/// The sending side of an RTX stream (RFC 4588): its own SSRC, payload type and sequence numbers.
public struct RetransmissionStream: Equatable, Sendable {
    public var ssrc: UInt32
    public var payloadType: UInt8
    public var sequenceNumber: UInt16

    public init(ssrc: UInt32, payloadType: UInt8, sequenceNumber: UInt16) {
        self.ssrc = ssrc
        self.payloadType = payloadType
        self.sequenceNumber = sequenceNumber & 0x7FFF
    }

    /// Writes `packet` as a retransmission: same header and extensions, our numbers, and the original sequence number
    /// before the payload. Padding is not repeated. False, with nothing counted, if it does not fit.
    public mutating func wrap(_ packet: RawSpan, header: RTPHeader, into buffer: inout PooledBuffer) -> Bool {
        guard let head = packet.slice(0..<header.headerSize), let payload = packet.slice(header.payloadRange),
            let first = head.byte(at: 0), head.byteCount + 2 + payload.byteCount <= buffer.capacity
        else { return false }
        var writer = ByteWriter(buffer.storage)
        writer.write(head)
        writer.write(header.sequenceNumber)
        writer.write(payload)
        writer.patch(first & ~0x20, at: 0)
        writer.patch((header.marker ? 0x80 : 0) | (payloadType & 0x7F), at: 1)
        writer.patch(sequenceNumber, at: 2)
        writer.patch(ssrc, at: 8)
        let count = writer.count
        guard !writer.overflowed else { return false }
        buffer.setCount(count)
        sequenceNumber &+= 1
        return true
    }

    /// Turns a received retransmission back, in place, into the packet it repeats.
    ///
    /// - Parameter header: of the retransmission.
    /// - Returns: the header of the original packet, which `packet` then holds without padding; nil, with `packet`
    ///   unchanged, if it carries none: senders probe the path with empty ones.
    public static func unwrap(
        _ packet: inout PooledBuffer, header: RTPHeader, originalSSRC: UInt32, originalPayloadType: UInt8
    ) -> RTPHeader? {
        let payload = header.payloadRange
        guard payload.count >= 2, payload.upperBound <= packet.count,
            let original = packet.bytes.bigEndian(UInt16.self, at: payload.lowerBound),
            let first = packet.bytes.byte(at: 0)
        else { return nil }
        guard packet.move(payload.lowerBound + 2..<payload.upperBound, to: payload.lowerBound) else { return nil }
        packet.setCount(payload.upperBound - 2)
        var restored = header
        restored.ssrc = originalSSRC
        restored.payloadType = originalPayloadType & 0x7F
        restored.sequenceNumber = original
        restored.paddingCount = 0
        restored.payloadEnd = header.payloadEnd &- 2
        var bytes = packet.mutableBytes
        bytes.setBigEndian(first & ~0x20, at: 0)
        bytes.setBigEndian((header.marker ? 0x80 : 0) | restored.payloadType, at: 1)
        bytes.setBigEndian(original, at: 2)
        bytes.setBigEndian(originalSSRC, at: 8)
        return restored
    }
}
