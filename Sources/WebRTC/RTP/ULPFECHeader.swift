import Primitives

/// The FEC header and the header of protection level 0 (RFC 5109 §7.3, §7.4), which stand before the parity of some packets of
/// one stream. Further levels are not read.
public struct ULPFECHeader: Equatable, Sendable {
    /// The packets that one FEC packet can name, from its base on.
    public static let maximumSpan = 48
    /// What the first two octets of the RTP headers come to, without the version.
    public var flags: UInt8
    public var markerAndPayloadType: UInt8
    /// The first packet that the mask speaks of.
    public var base: UInt16
    public var timestamp: UInt32
    /// What the lengths after the fixed headers come to.
    public var length: UInt16
    /// Octets of each packet after its fixed header that are protected.
    public var protectionLength: UInt16
    /// The packets protected: bit 63 is `base`, bit 62 the one after it; the lowest 16 are never set.
    public var mask: UInt64

    /// The mask's bit for the packet `place` after the base; none of it outside 0 to 47.
    public static func bit(_ place: Int64) -> UInt64 {
        place >= 0 && place < Int64(maximumSpan) ? (1 << 63) >> UInt64(place) : 0
    }

    /// Bytes of both headers.
    public var size: Int { mask << 16 == 0 ? 14 : 18 }

    public init(base: UInt16, mask: UInt64) {
        (flags, markerAndPayloadType, timestamp, length, protectionLength) = (0, 0, 0, 0, 0)
        (self.base, self.mask) = (base, mask & ~0xFFFF)
    }

    /// Reads the start of an FEC packet's payload.
    public init(parsing payload: RawSpan) throws(RTPError) {
        var reader = ByteReader(payload)
        guard let first = reader.readUInt8(), let second = reader.readUInt8(), let base = reader.readUInt16(),
            let timestamp = reader.readUInt32(), let length = reader.readUInt16(),
            let protectionLength = reader.readUInt16(), let high = reader.readUInt16()
        else { throw .truncated }
        // E is for an extension that nobody has defined.
        guard first & 0x80 == 0 else { throw .invalid }
        mask = UInt64(high) << 48
        if first & 0x40 != 0 {
            guard let low = reader.readUInt32() else { throw .truncated }
            mask |= UInt64(low) << 16
        }
        guard mask != 0 else { throw .invalid }
        guard Int(protectionLength) <= reader.remaining else { throw .truncated }
        (flags, markerAndPayloadType, self.base, self.timestamp) = (first & 0x3F, second, base, timestamp)
        (self.length, self.protectionLength) = (length, protectionLength)
        offset = reader.offset
    }

    /// Where the parity starts; a sender may use the long mask for few packets.
    var offset = 0

    func write(to writer: inout ByteWriter) {
        let isLong = size == 18
        writer.write(flags & 0x3F | (isLong ? 0x40 : 0))
        writer.write(markerAndPayloadType)
        writer.write(base)
        writer.write(timestamp)
        writer.write(length)
        writer.write(protectionLength)
        writer.write(UInt16(truncatingIfNeeded: mask >> 48))
        if isLong { writer.write(UInt32(truncatingIfNeeded: mask >> 16)) }
    }

    /// Adds what one of the protected packets brings, or takes it away again.
    ///
    /// - Parameter packet: from its fixed header on, of 12 octets at the least.
    mutating func combine(_ packet: RawSpan) {
        flags ^= (packet.byte(at: 0) ?? 0) & 0x3F
        markerAndPayloadType ^= packet.byte(at: 1) ?? 0
        timestamp ^= packet.bigEndian(UInt32.self, at: 4) ?? 0
        length ^= UInt16(truncatingIfNeeded: packet.byteCount - ULPFECHeader.fixedHeader)
    }

    /// The RTP header's octets that are protected apart.
    static let fixedHeader = 12
}
