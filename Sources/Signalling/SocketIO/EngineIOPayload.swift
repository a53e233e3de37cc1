/// The body of a polling request or response: packets one after the other.
public enum EngineIOPayload {
    /// Packets accepted in one payload.
    public static let packetLimit = 256
    private static let separator: UInt8 = 0x1E

    /// Generation 4 joins packets by 0x1E; generation 3 puts "<length>:" before each, counted in UTF-16 units.
    public static func encode(_ packets: [EngineIOPacket], version: EngineIOVersion) -> String {
        let texts = packets.map { $0.text(version: version) }
        switch version {
        case .v4: return texts.joined(separator: "\u{1E}")
        case .v3: return texts.map { "\($0.utf16.count):\($0)" }.joined()
        }
    }

    public static func decode(_ body: [UInt8], version: EngineIOVersion) throws(EngineIOError) -> [EngineIOPacket] {
        guard let first = body.first else { throw .empty }
        switch version {
        case .v4: return try decodeSeparated(body)
        // A generation 3 client with binary transport marks each packet 0 (text) or 1 (binary) instead.
        case .v3: return first <= 1 ? try decodeMarked(body) : try decodeCounted(body)
        }
    }

    private static func decodeSeparated(_ body: [UInt8]) throws(EngineIOError) -> [EngineIOPacket] {
        let parts = body.split(separator: separator, maxSplits: packetLimit, omittingEmptySubsequences: false)
        guard parts.count <= packetLimit else { throw .tooManyPackets }
        var packets: [EngineIOPacket] = []
        for part in parts { packets.append(try EngineIOPacket(text: part, version: .v4)) }
        return packets
    }

    private static func decodeCounted(_ body: [UInt8]) throws(EngineIOError) -> [EngineIOPacket] {
        var packets: [EngineIOPacket] = []
        var rest = body[...]
        while !rest.isEmpty {
            guard packets.count < packetLimit else { throw .tooManyPackets }
            let units = try number(&rest, endingIn: UInt8(ascii: ":"))
            let packet = try prefix(&rest, utf16Units: units)
            packets.append(try EngineIOPacket(text: packet, version: .v3))
        }
        return packets
    }

    /// `<0|1><digits, each one byte of value 0…9><255><bytes>`.
    private static func decodeMarked(_ body: [UInt8]) throws(EngineIOError) -> [EngineIOPacket] {
        var packets: [EngineIOPacket] = []
        var rest = body[...]
        while let mark = rest.popFirst() {
            guard packets.count < packetLimit else { throw .tooManyPackets }
            guard mark <= 1 else { throw .unknownType }
            var length = 0
            var digits = 0
            while let c = rest.popFirst(), c != 255 {
                guard c <= 9, digits < 9 else { throw .invalidLength }
                length = length * 10 + Int(c)
                digits += 1
            }
            guard digits > 0, length <= rest.count else { throw .invalidLength }
            let packet = rest.prefix(length)
            rest = rest.dropFirst(length)
            packets.append(
                mark == 0
                    ? try EngineIOPacket(text: packet, version: .v3)
                    : try EngineIOPacket(binary: packet, version: .v3))
        }
        return packets
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, endingIn end: UInt8) throws(EngineIOError) -> Int {
        var value = 0
        var digits = 0
        while let c = rest.popFirst() {
            if c == end {
                guard digits > 0 else { throw .invalidLength }
                return value
            }
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(c), digits < 9 else { throw .invalidLength }
            value = value * 10 + Int(c - UInt8(ascii: "0"))
            digits += 1
        }
        throw .invalidLength
    }

    /// Takes the bytes of `units` UTF-16 units, reading lengths off the leading bytes; the packet itself is validated later.
    private static func prefix(
        _ rest: inout ArraySlice<UInt8>, utf16Units units: Int
    ) throws(EngineIOError) -> ArraySlice<UInt8> {
        var left = units
        var end = rest.startIndex
        while left > 0 {
            guard end < rest.endIndex else { throw .invalidLength }
            let (bytes, width) =
                switch rest[end] {
                case 0..<0x80: (1, 1)
                case 0xC2..<0xE0: (2, 1)
                case 0xE0..<0xF0: (3, 1)
                case 0xF0..<0xF5: (4, 2)
                default: throw EngineIOError.notUTF8
                }
            guard width <= left, rest.endIndex - end >= bytes else { throw .invalidLength }
            left -= width
            end += bytes
        }
        let packet = rest[rest.startIndex..<end]
        rest = rest[end...]
        return packet
    }
}
