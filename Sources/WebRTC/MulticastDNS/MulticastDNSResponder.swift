public import Primitives

/// Answers the local network's questions for names of ours (RFC 6762 §6), each with one address: what hides the addresses
/// of host candidates (draft-ietf-mmusic-mdns-ice-candidates §3.1). Reads questions and writes answers; knows no socket.
///
/// A name is random and known to nobody who was not told it, so there is nothing to probe for and nothing to defend.
/// Questions come from whoever is there: `answersPerSecond` bounds what is sent, whatever is asked.
public struct MulticastDNSResponder: Sendable {
    /// An answer, and whom it is for.
    public struct Reply: Equatable, Sendable {
        public var bytes: [UInt8]
        public var destination: TransportAddress
    }

    public static let answersPerSecond = 20
    /// The most names at a time, and questions that are read of one message.
    public static let nameLimit = 32
    private static let questionLimit = 16

    private var names: [(label: [UInt8], address: IPAddress)] = []
    private var allowance = Self.answersPerSecond
    private var allowedSince = Instant.zero

    public init() {}

    public var isEmpty: Bool { names.isEmpty }

    /// - Parameter name: `….local`, as `MulticastDNSName.random` makes them.
    /// - Returns: false if there are too many.
    public mutating func add(_ name: String, _ address: IPAddress) -> Bool {
        guard names.count < Self.nameLimit, let label = MulticastDNSName.label(name) else { return false }
        names.append((label, address))
        return true
    }

    /// What to send to `source`'s question; nil if it is none for a name of ours, or too many have come.
    public mutating func reply(to message: RawSpan, from source: TransportAddress, now: Instant) -> Reply? {
        guard source.address.family == .ipv4, source.port != 0, let (id, asked) = questions(in: message),
            !asked.isEmpty, spend(now)
        else { return nil }
        // RFC 6762 §6.7: who asks from another port is no full resolver and is answered as in unicast DNS.
        let isLegacy = source.port != MulticastDNSQuery.group.port
        let isToAll = !isLegacy && asked.contains { !$0.wantsUnicast }
        return Reply(
            bytes: answer(asked, id: isLegacy ? id : 0, isLegacy: isLegacy),
            destination: isToAll ? MulticastDNSQuery.group : source)
    }

    private mutating func spend(_ now: Instant) -> Bool {
        if now - allowedSince >= .seconds(1) { (allowance, allowedSince) = (Self.answersPerSecond, now) }
        guard allowance > 0 else { return false }
        allowance -= 1
        return true
    }

    private struct Question {
        var name: Int
        var type: UInt16
        var wantsUnicast: Bool
    }

    /// Questions for names of ours that have such an address; nil if this is no query.
    private func questions(in message: RawSpan) -> (id: UInt16, asked: [Question])? {
        guard message.byteCount <= MulticastDNSQuery.maximumSize else { return nil }
        var reader = ByteReader(message)
        // A query, of the standard kind: QR and OPCODE are zero (RFC 6762 §18.2, §18.3).
        guard let id = reader.readUInt16(), let flags = reader.readUInt16(), flags & 0xF800 == 0,
            let count = reader.readUInt16(), reader.skip(6)
        else { return nil }
        var asked: [Question] = []
        for _ in 0..<min(Int(count), Self.questionLimit) {
            let start = reader.offset
            guard MulticastDNSName.skip(&reader), let type = reader.readUInt16(), let kind = reader.readUInt16() else {
                return nil
            }
            // The top bit asks for an answer to the asker alone (RFC 6762 §5.4).
            guard kind & 0x7FFF == 1 || kind & 0x7FFF == 255,
                let name = names.firstIndex(where: { MulticastDNSName.matches(message, at: start, $0.label) }),
                type == 255 || type == Self.type(of: names[name].address), !asked.contains(where: { $0.name == name })
            else { continue }
            asked.append(Question(name: name, type: type, wantsUnicast: kind & 0x8000 != 0))
        }
        return (id, asked)
    }

    private static func type(of address: IPAddress) -> UInt16 { address.family == .ipv4 ? 1 : 28 }

    private func answer(_ asked: [Question], id: UInt16, isLegacy: Bool) -> [UInt8] {
        var message: [UInt8] = []
        func add(_ words: UInt16...) { for word in words { message += [UInt8(word >> 8), UInt8(word & 0xFF)] } }
        let count = UInt16(asked.count)
        // A response with authority (RFC 6762 §18.4); only who asked as in unicast DNS has the question repeated.
        add(id, 0x8400, isLegacy ? count : 0, count, 0, 0)
        func addName(_ label: [UInt8]) { message += [UInt8(label.count)] + label + [5] + Array("local".utf8) + [0] }
        if isLegacy {
            for question in asked {
                addName(names[question.name].label)
                add(question.type, 1)
            }
        }
        for question in asked {
            let (label, address) = names[question.name]
            addName(label)
            // Caches forget what they had of the name (§10.2); not a word that unicast DNS knows.
            add(Self.type(of: address), isLegacy ? 1 : 0x8001, 0, isLegacy ? 10 : 120)
            if let ipv4 = address.ipv4 {
                add(4, UInt16(ipv4 >> 16), UInt16(truncatingIfNeeded: ipv4))
            } else {
                add(16)
                for half in [address.high, address.low] {
                    for shift in stride(from: 48, through: 0, by: -16) {
                        add(UInt16(truncatingIfNeeded: half >> shift))
                    }
                }
            }
        }
        return message
    }
}
