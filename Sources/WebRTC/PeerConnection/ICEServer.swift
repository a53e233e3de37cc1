public import Primitives

/// A STUN or TURN server to gather candidates from (RFC 7064, RFC 7065); its name is resolved already.
public struct ICEServer: Hashable, Sendable {
    public typealias Scheme = ICEServerURL.Scheme
    public typealias Transport = ICEServerURL.Transport

    public var scheme: Scheme
    public var address: TransportAddress
    public var transport: Transport
    /// What the server's certificate must be for, where TLS is spoken: the name that `address` was resolved from.
    public var name: String
    public var username: String
    public var credential: String

    public init(
        scheme: Scheme, address: TransportAddress, transport: Transport, name: String = "", username: String = "",
        credential: String = ""
    ) {
        (self.scheme, self.address, self.transport) = (scheme, address, transport)
        (self.name, self.username, self.credential) = (name, username, credential)
    }

    /// What this engine makes of it; STUN over a stream tells nothing of use to UDP, and TURN over DTLS is not spoken.
    var use: Use? {
        switch (scheme, transport) {
        case (.stun, .udp): .binding
        case (.turn, .udp): .relay(.datagrams)
        case (.turn, .tcp): .relay(.tcp)
        case (.turns, .tcp): .relay(.tls)
        case (.stun, .tcp), (.stuns, _), (.turns, .udp): nil
        }
    }

    /// Whether the two differ in nothing but credentials, which change from call to call.
    func isSame(as other: ICEServer) -> Bool {
        scheme == other.scheme && address == other.address && transport == other.transport && name == other.name
    }

    enum Use: Hashable {
        case binding
        case relay(Way)
    }

    /// How a relay is reached, the best first.
    enum Way: UInt16 {
        case datagrams = 3
        case tcp = 2
        case tls = 1
    }
}

/// Which of our addresses the peer may know, and so which ways may be used.
public enum CandidatePolicy: String, Hashable, Sendable, CaseIterable {
    case all
    /// Our own addresses are not told; what a server sees us as is.
    case noHost
    /// Everything goes through a relay, and nothing but its address is told.
    case relay
}
