public import Primitives

/// Names of one label and `.local`, as they stand in messages (RFC 1035 §4.1.4).
public enum MulticastDNSName {
    /// A UUID of version 4 (RFC 9562 §5.4) and `.local`, which says nothing about whoever has it.
    public static func random(using random: inout RandomSource) -> String {
        var text = ""
        for place in 0..<32 {
            var digit = UInt64.random(in: 0...15, using: &random)
            if place == 12 { digit = 4 }
            if place == 16 { digit = digit & 3 | 8 }
            if [8, 12, 16, 20].contains(place) { text += "-" }
            text += String(digit, radix: 16)
        }
        return text + ".local"
    }

    /// The first label, lowered; nil for any other kind of name.
    static func label(_ name: String) -> [UInt8]? {
        let lowered = name.lowercased()
        guard lowered.hasSuffix(".local") else { return nil }
        let label = Array(lowered.utf8.dropLast(6))
        let isPlain = label.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == 45 }
        return (1...63).contains(label.count) && isPlain ? label : nil
    }

    /// Past a name: labels up to an empty one, or up to a pointer to the rest.
    @_lifetime(reader: copy reader)
    static func skip(_ reader: inout ByteReader) -> Bool {
        for _ in 0..<128 {
            guard let length = reader.readUInt8() else { return false }
            if length == 0 { return true }
            if length & 0xC0 == 0xC0 { return reader.skip(1) }
            guard length & 0xC0 == 0, reader.skip(Int(length)) else { return false }
        }
        return false
    }

    /// Whether the name at `offset` is `label.local`, pointers followed, each only backwards.
    static func matches(_ message: RawSpan, at offset: Int, _ label: [UInt8]) -> Bool {
        var position = offset
        var text: [UInt8] = []
        for _ in 0..<128 {
            guard let length = byte(message, position) else { return false }
            if length == 0 { return text == label + Array(".local".utf8) }
            if length & 0xC0 == 0xC0 {
                guard let low = byte(message, position + 1) else { return false }
                let target = Int(length & 0x3F) << 8 | Int(low)
                guard target < position else { return false }
                position = target
                continue
            }
            guard length & 0xC0 == 0, text.count + Int(length) < 256 else { return false }
            if !text.isEmpty { text.append(UInt8(ascii: ".")) }
            for index in 1...Int(length) {
                guard let character = byte(message, position + index) else { return false }
                text.append((65...90).contains(character) ? character + 32 : character)
            }
            position += Int(length) + 1
        }
        return false
    }

    private static func byte(_ message: RawSpan, _ offset: Int) -> UInt8? {
        guard offset >= 0, offset < message.byteCount else { return nil }
        var rest = ByteReader(message.extracting(droppingFirst: offset))
        return rest.readUInt8()
    }
}
