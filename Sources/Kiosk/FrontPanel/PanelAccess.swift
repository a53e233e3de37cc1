import NIOHTTP1
import Primitives

/// Which requests come from the panel's own page or from somebody at a terminal, and not from a foreign page.
struct PanelAccess: Sendable {
    /// Names under which the panel may be asked for, beside plain addresses.
    let hostNames: [String]

    enum Refusal: Equatable { case noHost, foreignHost, foreignOrigin }

    /// - Returns: nil if the request may be served.
    func refusal(of head: HTTPRequestHead) -> Refusal? {
        let hosts = head.headers["host"]
        guard hosts.count == 1, let host = hosts.first, !host.isEmpty else { return .noHost }
        // A name that anybody can point at this machine must not make a foreign page's requests "same-origin".
        guard isOwn(host) else { return .foreignHost }
        guard head.method != .GET else { return nil }
        for origin in head.headers["origin"] where origin.lowercased() != "http://\(host.lowercased())" {
            return .foreignOrigin
        }
        for site in head.headers["sec-fetch-site"] where site != "same-origin" && site != "none" {
            return .foreignOrigin
        }
        return nil
    }

    private func isOwn(_ host: String) -> Bool {
        var name = Substring(host.lowercased())
        if name.hasPrefix("["), let end = name.firstIndex(of: "]") {
            return IPAddress(name[name.index(after: name.startIndex)..<end]) != nil
        }
        if let colon = name.lastIndex(of: ":") { name = name[..<colon] }
        return IPAddress(name) != nil || hostNames.contains { $0.lowercased() == name }
    }
}
