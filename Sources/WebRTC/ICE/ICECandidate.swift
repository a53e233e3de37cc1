public import Primitives

/// One way to reach a side (RFC 8445 §5.1). Only UDP and only component 1: everything is multiplexed on one transport.
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

    public init(
        foundation: String, priority: UInt32, address: TransportAddress, kind: Kind,
        related: TransportAddress? = nil, usernameFragment: String? = nil
    ) {
        self.foundation = foundation
        self.priority = priority
        self.address = address
        self.kind = kind
        self.related = related
        self.usernameFragment = usernameFragment
    }

    /// RFC 8445 §5.1.2.1, for component 1.
    public static func priority(kind: Kind, localPreference: UInt16) -> UInt32 {
        kind.preference << 24 | UInt32(localPreference) << 8 | 255
    }

    /// Whether anything could sensibly be sent there; what a hostile peer would aim us at is left out.
    var isUsable: Bool {
        let ip = address.address
        return address.port != 0 && !ip.isUnspecified && !ip.isMulticast && !ip.isIPv4Mapped && ip.ipv4 != .max
    }

    /// Whether a pair of these two can work at all (RFC 8445 §6.1.2.2): one family, and neither a link-local IPv6
    /// address with a global one nor loopback with the rest of the world.
    static func canPair(_ a: IPAddress, _ b: IPAddress) -> Bool {
        guard a.family == b.family, a.isLoopback == b.isLoopback else { return false }
        return a.family == .ipv4 || a.isLinkLocal == b.isLinkLocal
    }
}
