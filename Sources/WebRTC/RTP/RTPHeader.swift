import Primitives

/// The fixed header of an RTP packet (RFC 3550 §5.1) with the places of its parts, parsed once.
///
/// It holds offsets, never the bytes, so that it travels beside the `PooledBuffer` it was read from. The ranges are
/// inside the packet that was parsed; readers still bound-check against the bytes they are given.
public struct RTPHeader: Equatable, Sendable {
    public var marker: Bool
    public var payloadType: UInt8
    public var sequenceNumber: UInt16
    public var timestamp: UInt32
    public var ssrc: UInt32
    /// Contributing sources.
    public var csrcCount: UInt8
    /// The "defined by profile" field of the extension; 0 where there is none.
    public var extensionProfile: UInt16
    var extensionStart: UInt16
    var extensionEnd: UInt16
    var payloadStart: UInt16
    var payloadEnd: UInt16
    /// Padding octets at the end, the count octet included.
    public var paddingCount: UInt8

    /// The bytes of the header extension after its four-byte head; empty where there is none.
    public var extensionRange: Range<Int> { Int(extensionStart)..<Int(extensionEnd) }
    /// The payload, without padding.
    public var payloadRange: Range<Int> { Int(payloadStart)..<Int(payloadEnd) }
    /// Bytes before the payload.
    public var headerSize: Int { Int(payloadStart) }

    /// Parses the header of `packet`.
    public init(parsing packet: RawSpan) throws(RTPError) {
        guard packet.byteCount <= Int(UInt16.max) else { throw .tooLong }
        var reader = ByteReader(packet)
        guard let first = reader.readUInt8(), let second = reader.readUInt8(), let sequence = reader.readUInt16(),
            let timestamp = reader.readUInt32(), let ssrc = reader.readUInt32()
        else { throw .truncated }
        guard first >> 6 == 2 else { throw .version }
        csrcCount = first & 0x0F
        guard reader.skip(Int(csrcCount) * 4) else { throw .truncated }
        extensionProfile = 0
        extensionStart = UInt16(truncatingIfNeeded: reader.offset)
        extensionEnd = extensionStart
        if first & 0x10 != 0 {
            guard let profile = reader.readUInt16(), let words = reader.readUInt16() else { throw .truncated }
            extensionProfile = profile
            extensionStart = UInt16(truncatingIfNeeded: reader.offset)
            guard reader.skip(Int(words) * 4) else { throw .truncated }
            extensionEnd = UInt16(truncatingIfNeeded: reader.offset)
        }
        payloadStart = UInt16(truncatingIfNeeded: reader.offset)
        var end = packet.byteCount
        paddingCount = 0
        if first & 0x20 != 0 {
            guard let padding = packet.byte(at: end - 1), padding > 0, Int(padding) <= end - Int(payloadStart) else {
                throw .padding
            }
            paddingCount = padding
            end -= Int(padding)
        }
        payloadEnd = UInt16(truncatingIfNeeded: end)
        marker = second & 0x80 != 0
        payloadType = second & 0x7F
        sequenceNumber = sequence
        self.timestamp = timestamp
        self.ssrc = ssrc
    }
}

extension RTPHeader {
    /// Whether `datagram` on a multiplexed port is RTCP by its second byte (RFC 5761 §4); nil if it is neither.
    public static func isRTCP(_ datagram: RawSpan) -> Bool? {
        guard let first = datagram.byte(at: 0), let second = datagram.byte(at: 1), first >> 6 == 2 else { return nil }
        return (192...223).contains(second)
    }
}
