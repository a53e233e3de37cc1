/// Where a signalling server listens.
package struct SignallingURL: Hashable, Sendable {
    package var isSecure: Bool
    package var host: String
    package var port: Int

    /// Reads `http|https|ws|wss://host[:port][/]`; an IPv6 address in brackets. Nil for anything else.
    package init?(_ text: String) {
        let schemes = [("http://", false, 80), ("https://", true, 443), ("ws://", false, 80), ("wss://", true, 443)]
        let lower = text.lowercased()
        guard let (scheme, secure, standard) = schemes.first(where: { lower.hasPrefix($0.0) }) else { return nil }
        var authority = text.dropFirst(scheme.count)
        if authority.hasSuffix("/") { authority.removeLast() }
        let allowed: (Character) -> Bool = { $0.isASCII && ($0.isLetter || $0.isNumber || "-._:[]%".contains($0)) }
        guard !authority.isEmpty, authority.utf8.count <= 255, authority.allSatisfy(allowed) else { return nil }
        isSecure = secure
        var rest: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = String(authority[authority.index(after: authority.startIndex)..<end])
            rest = authority[authority.index(after: end)...]
        } else {
            let end = authority.firstIndex(of: ":") ?? authority.endIndex
            host = String(authority[..<end])
            rest = authority[end...]
        }
        guard !host.isEmpty else { return nil }
        if rest.isEmpty {
            port = standard
        } else {
            guard rest.removeFirst() == ":", let number = Int(rest), (1...65535).contains(number) else { return nil }
            port = number
        }
    }

    /// For the Host header.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }
}
