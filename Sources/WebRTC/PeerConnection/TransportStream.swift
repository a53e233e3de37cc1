public import Primitives

/// Names a stream that the owner of a `PeerConnection` keeps for it; never used twice.
public struct StreamNumber: Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// A connection to be made.
public struct StreamRequest: Hashable, Sendable {
    public enum Security: Hashable, Sendable {
        case none
        /// TLS; the server's certificate must be for `name`.
        case tls(name: String)
    }

    public let number: StreamNumber
    /// To leave from any port of this address; nil from wherever the way there begins.
    public let local: IPAddress?
    public let remote: TransportAddress
    public let security: Security

    init(number: StreamNumber, local: IPAddress? = nil, remote: TransportAddress, security: Security) {
        (self.number, self.local, self.remote, self.security) = (number, local, remote, security)
    }
}
