import Primitives

/// Why a candidate-attribute is of no use. None of these is a reason to end a call.
public enum ICECandidateError: Error, Hashable, Sendable {
    case malformed
    /// TCP without a type, or opened by both sides at once; or a transport yet to be invented.
    case transport
    /// RTCP on a port of its own.
    case component
    /// A name instead of an address: mDNS (RFC 8828), which is never resolved here.
    case name
    /// A candidate type yet to be invented.
    case kind
}

extension ICECandidate {
    /// Bytes of a candidate-attribute that are read at most; longer ones are malformed.
    static let attributeLimit = 1024

    /// Reads `candidate:…` (RFC 8839 §5.1), with or without `a=` before it.
    public init(attribute: String) throws(ICECandidateError) {
        guard attribute.utf8.count <= Self.attributeLimit else { throw .malformed }
        var text = attribute[...]
        if text.hasPrefix("a=") { text = text.dropFirst(2) }
        guard text.hasPrefix("candidate:") else { throw .malformed }
        let fields = text.dropFirst(10).split(separator: " ", maxSplits: 64, omittingEmptySubsequences: true)
        guard fields.count >= 8, (1...32).contains(fields[0].utf8.count),
            fields[0].utf8.allSatisfy(ICECredentials.isICECharacter),
            let component = Self.number(fields[1], upTo: 256), component > 0,
            let priority = Self.number(fields[3], upTo: UInt32(Int32.max)), priority > 0,
            let port = Self.number(fields[5], upTo: 65535), fields[6] == "typ"
        else { throw .malformed }
        guard let transport = ICETransport(rawValue: fields[2].lowercased()) else { throw .transport }
        guard component == 1 else { throw .component }
        guard let kind = Kind(rawValue: String(fields[7])) else { throw .kind }
        guard let ip = IPAddress(fields[4]) else {
            let isName = fields[4].utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
            throw isName ? .name : .malformed
        }

        self.init(
            foundation: String(fields[0]), priority: priority,
            address: TransportAddress(ip, port: UInt16(truncatingIfNeeded: port)), kind: kind)

        // Extensions come in pairs of name and value; unknown ones are passed over, a name without a value ends them.
        var relatedAddress: IPAddress?
        var relatedPort: UInt32?
        var index = 8
        while index + 1 < fields.count {
            switch fields[index] {
            case "raddr": relatedAddress = IPAddress(fields[index + 1])
            case "rport": relatedPort = Self.number(fields[index + 1], upTo: 65535)
            case "tcptype": tcpType = ICETCPType(rawValue: String(fields[index + 1]))
            case "ufrag": usernameFragment = String(fields[index + 1])
            default: break
            }
            index += 2
        }
        if transport == .udp { tcpType = nil } else if tcpType == nil { throw .transport }
        if let relatedAddress, let relatedPort {
            related = TransportAddress(relatedAddress, port: UInt16(truncatingIfNeeded: relatedPort))
        }
    }

    /// `candidate:…` without `a=`.
    public var attribute: String {
        var text =
            "candidate:\(foundation) 1 \(transport.rawValue) \(priority) \(address.address) \(address.port) typ \(kind.rawValue)"
        if let related { text += " raddr \(related.address) rport \(related.port)" }
        if let tcpType { text += " tcptype \(tcpType.rawValue)" }
        if let usernameFragment { text += " ufrag \(usernameFragment)" }
        return text
    }

    private static func number(_ text: Substring, upTo limit: UInt32) -> UInt32? {
        guard (1...10).contains(text.utf8.count) else { return nil }
        var value: UInt64 = 0
        for c in text.utf8 {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(c) else { return nil }
            value = value * 10 + UInt64(c - UInt8(ascii: "0"))
        }
        return value <= UInt64(limit) ? UInt32(truncatingIfNeeded: value) : nil
    }
}
