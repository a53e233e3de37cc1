/// The address of a STUN or TURN server: `stun:host:port`, `turn:host:port?transport=udp`, `turns:…` (RFC 7064, RFC 7065).
public struct ICEServerURL: Hashable, Sendable {
    public enum Scheme: String, Hashable, Sendable, CaseIterable { case stun, stuns, turn, turns }
    public enum Transport: String, Hashable, Sendable, CaseIterable { case udp, tcp }

    public var scheme: Scheme
    /// A name, or an address in text without brackets.
    public var host: String
    public var port: UInt16
    public var transport: Transport

    public init(scheme: Scheme, host: String, port: UInt16, transport: Transport) {
        (self.scheme, self.host, self.port, self.transport) = (scheme, host, port, transport)
    }

    /// Strict, and bounded: nil for anything else. Ports and transports that are left out are the RFCs'.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 300, let colon = text.firstIndex(of: ":"),
            let scheme = Scheme(rawValue: text[..<colon].lowercased())
        else { return nil }
        var rest = text[text.index(after: colon)...]
        let isSecure = scheme == .stuns || scheme == .turns
        var transport: Transport = isSecure ? .tcp : .udp
        if let mark = rest.firstIndex(of: "?") {
            let query = rest[rest.index(after: mark)...]
            guard scheme == .turn || scheme == .turns, query.hasPrefix("transport="),
                let named = Transport(rawValue: query.dropFirst("transport=".count).lowercased())
            else { return nil }
            (transport, rest) = (named, rest[..<mark])
        }
        guard let (host, port) = Self.hostAndPort(Substring(rest)) else { return nil }
        self.init(scheme: scheme, host: host, port: port ?? (isSecure ? 5349 : 3478), transport: transport)
    }

    private static func hostAndPort(_ text: Substring) -> (String, UInt16?)? {
        var (host, port) = (text, Substring?.none)
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            let tail = text[text.index(after: end)...]
            guard IPAddress(host)?.family == .ipv6, tail.isEmpty || tail.hasPrefix(":") else { return nil }
            port = tail.isEmpty ? nil : tail.dropFirst()
        } else {
            if let colon = text.firstIndex(of: ":") {
                (host, port) = (text[..<colon], text[text.index(after: colon)...])
            }
            guard isName(host) else { return nil }
        }
        guard let port else { return (String(host), nil) }
        guard port.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt16(port), number > 0 else {
            return nil
        }
        return (String(host), number)
    }

    private static func isName(_ text: Substring) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 46
            }
    }
}

extension ICEServerURL: CustomStringConvertible {
    public var description: String {
        let host = host.utf8.contains(58) ? "[\(host)]" : host
        let usual: Transport = scheme == .turns || scheme == .stuns ? .tcp : .udp
        return "\(scheme.rawValue):\(host):\(port)\(transport == usual ? "" : "?transport=\(transport.rawValue)")"
    }
}
