public import Primitives

/// What carries the datagrams of a path; over TCP each is framed by its length (RFC 4571).
public enum ICETransport: String, Hashable, Sendable { case udp, tcp }

/// Which end of a connection a candidate of TCP is (RFC 6544 §4.5); simultaneous-open is not spoken.
public enum ICETCPType: String, Hashable, Sendable {
    /// Connects, from any port; 9 stands in its place.
    case active
    /// Is connected to.
    case passive

    /// The direction preference of host candidates (RFC 6544 §4.2).
    var preference: UInt32 {
        switch self {
        case .active: 6
        case .passive: 4
        }
    }
}

/// One way to reach a side (RFC 8445 §5.1). Only component 1: everything is multiplexed on one transport.
public struct ICECandidate: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case host
        case serverReflexive = "srflx"
        case peerReflexive = "prflx"
        case relayed = "relay"

        /// RFC 8445 §5.1.2.2.
        var preference: UInt32 {
            switch self {
            case .host: 126
            case .peerReflexive: 110
            case .serverReflexive: 100
            case .relayed: 0
            }
        }
    }

    /// 1 to 32 ice-chars; equal for candidates of one kind and base address.
    public var foundation: String
    public var priority: UInt32
    public var address: TransportAddress
    public var kind: Kind
    /// `raddr` and `rport`: the base of a reflexive candidate, or what a relayed one was mapped to.
    public var related: TransportAddress?
    /// The `ufrag` extension (RFC 8839 §5.1 by way of RFC 8838): which generation the candidate is of.
    public var usernameFragment: String?
    /// Of a candidate of TCP; nil for UDP.
    public var tcpType: ICETCPType?
    public var transport: ICETransport { tcpType == nil ? .udp : .tcp }

    public init(
        foundation: String, priority: UInt32, address: TransportAddress, kind: Kind,
        related: TransportAddress? = nil, usernameFragment: String? = nil, tcpType: ICETCPType? = nil
    ) {
        self.foundation = foundation
        self.priority = priority
        self.address = address
        self.kind = kind
        self.related = related
        self.usernameFragment = usernameFragment
        self.tcpType = tcpType
    }

    /// RFC 8445 §5.1.2.1, for component 1.
    public static func priority(kind: Kind, localPreference: UInt16) -> UInt32 {
        kind.preference << 24 | UInt32(localPreference) << 8 | 255
    }

    /// The same for a host candidate of TCP (RFC 6544 §4.2), or with `isReflexive` for what a check from it teaches the
    /// peer: below every direct way of UDP, above every relay.
    /// - Parameter preference: among those of one direction, below 8192.
    static func priority(tcp type: ICETCPType, preference: UInt32, isReflexive: Bool = false) -> UInt32 {
        (isReflexive ? 80 : 90) << 24 | (type.preference << 13 | min(preference, 8191)) << 8 | 255
    }

    /// Whether anything could sensibly be sent there; what a hostile peer would aim us at is left out.
    var isUsable: Bool {
        let ip = address.address
        // No media are served below 1024 by TCP, but all that must not be spoken to is.
        if tcpType == .passive, address.port < 1024 { return false }
        return address.port != 0 && !ip.isUnspecified && !ip.isMulticast && !ip.isIPv4Mapped && ip.ipv4 != .max
    }

    /// Whether a pair of these two can work at all (RFC 8445 §6.1.2.2): one family, and neither a link-local IPv6
    /// address with a global one nor loopback with the rest of the world.
    static func canPair(_ a: IPAddress, _ b: IPAddress) -> Bool {
        guard a.family == b.family, a.isLoopback == b.isLoopback else { return false }
        return a.family == .ipv4 || a.isLinkLocal == b.isLinkLocal
    }
}
