public import Primitives

/// One question for the addresses of a name on the local network, by DNS messages to everyone there (RFC 6762): what a
/// browser's `….local` candidates are resolved with (draft-ietf-mmusic-mdns-ice-candidates). Writes the question and reads
/// the answers; knows no socket.
///
/// It is the one-shot question of RFC 6762 §5.1: sent from any port, and answered there by whoever has the name. Answers
/// come from outside and are trusted with an address to try, which ICE then checks.
public struct MulticastDNSQuery: Sendable {
    /// Where questions go, over IPv4.
    public static let group = TransportAddress(IPAddress(ipv4: 0xE000_00FB), port: 5353)
    /// The longest answer that is read.
    public static let maximumSize = 9000

    public let name: String
    private let label: [UInt8]
    private let id: UInt16

    /// - Parameters:
    ///   - name: one label and `.local`, as browsers make them.
    ///   - id: random; the answer repeats it.
    /// - Returns: nil for any other name.
    public init?(name: String, id: UInt16) {
        guard let label = MulticastDNSName.label(name) else { return nil }
        (self.name, self.label, self.id) = (name.lowercased(), label, id)
    }

    /// The message that asks for A and AAAA (RFC 1035 §4.1).
    public var question: [UInt8] {
        var message: [UInt8] = []
        func add(_ words: UInt16...) { for word in words { message += [UInt8(word >> 8), UInt8(word & 0xFF)] } }
        add(id, 0, 2, 0, 0, 0)
        for type: UInt16 in [1, 28] {
            message.append(UInt8(label.count))
            message += label + [5] + Array("local".utf8) + [0]
            add(type, 1)
        }
        return message
    }

    /// The addresses that a message gives the name, at most 8; none if it is no answer to this question.
    public func addresses(in message: RawSpan) -> [IPAddress] {
        guard message.byteCount <= Self.maximumSize else { return [] }
        var reader = ByteReader(message)
        guard let answered = reader.readUInt16(), answered == id, let flags = reader.readUInt16(),
            flags & 0x800F == 0x8000,
            let questions = reader.readUInt16(), let answers = reader.readUInt16(), reader.skip(4), questions <= 4
        else { return [] }
        for _ in 0..<questions { guard MulticastDNSName.skip(&reader), reader.skip(4) else { return [] } }
        var found: [IPAddress] = []
        for _ in 0..<min(answers, 32) {
            let start = reader.offset
            guard MulticastDNSName.skip(&reader), let type = reader.readUInt16(), let kind = reader.readUInt16(),
                reader.skip(4),
                let size = reader.readUInt16(), let data = reader.readBytes(Int(size))
            else { return found }
            // The top bit asks caches to forget (RFC 6762 §10.2).
            guard kind & 0x7FFF == 1, MulticastDNSName.matches(message, at: start, label),
                let address = Self.address(type, data),
                !found.contains(address), found.count < 8
            else { continue }
            found.append(address)
        }
        return found
    }

    private static func address(_ type: UInt16, _ data: RawSpan) -> IPAddress? {
        var reader = ByteReader(data)
        switch (type, data.byteCount) {
        case (1, 4): return reader.readUInt32().map { IPAddress(ipv4: $0) }
        case (28, 16):
            guard let high = reader.readUInt64(), let low = reader.readUInt64() else { return nil }
            return IPAddress(ipv6High: high, low: low)
        default: return nil
        }
    }
}
