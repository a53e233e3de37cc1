import Primitives

/// Where a call server is: an `http:`, `https:`, `ws:` or `wss:` address in its parts.
public struct ServerEndpoint: Equatable, Sendable {
    public var host: String
    public var port: UInt16
    public var isSecure: Bool

    public init?(url: String) {
        let lowered = url.lowercased()
        isSecure = lowered.hasPrefix("https:") || lowered.hasPrefix("wss:")
        let rest = url.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first ?? ""
        // The same grammar of host and port as a relay's address has.
        guard let parsed = ICEServerURL("stun:\(rest)") else { return nil }
        let hasPort = rest.hasSuffix(":\(parsed.port)")
        (host, port) = (parsed.host, hasPort ? parsed.port : isSecure ? 443 : 80)
    }
}
