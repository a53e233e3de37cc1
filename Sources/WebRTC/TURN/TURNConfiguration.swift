public import Primitives

/// Times and limits of an allocation.
public struct TURNConfiguration: Sendable {
    /// The first retransmission over UDP, doubling to `longestTimeout`; RFC 8489 §6.2.1 says 500 ms without an
    /// end, and here too less costs a few datagrams and saves time where the first one was lost.
    public var retransmissionTimeout: Interval = .milliseconds(200)
    public var longestTimeout: Interval = .milliseconds(1600)
    /// Rc of RFC 8489 §6.2.1. With the times above a dead server is given up after 9.4 s.
    public var requestCount = 8
    /// How long an answer is waited for over TCP and TLS, where nothing is sent twice.
    public var streamPatience: Interval = .seconds(10)
    /// What LIFETIME asks for; it is refreshed at half of what the server grants.
    public var lifetime: Interval = .seconds(600)
    /// Permissions last five minutes (RFC 8656 §9), channels ten; both are renewed so often while they are used.
    public var permissionRefresh: Interval = .seconds(240)
    /// What is sent nothing for so long is not renewed.
    public var idleness: Interval = .seconds(300)
    /// Over UDP something is sent at least so often, or a NAT on the way forgets us.
    public var keepalive: Interval = .seconds(15)
    public var permissionLimit = 64
    public var channelLimit = 32

    public init() {}
}

/// Who we are to a server (RFC 8489 §9.2).
public struct TURNCredentials: Hashable, Sendable {
    let username: [UInt8]
    let password: [UInt8]

    /// Nil if either is longer than an attribute may be (RFC 8489 §14.3).
    public init?(username: String, password: String) {
        (self.username, self.password) = (Array(username.utf8.prefix(510)), Array(password.utf8.prefix(1025)))
        guard self.username.count <= 509, self.password.count <= 1024 else { return nil }
    }
}

/// How the server is reached.
public enum TURNTransport: Hashable, Sendable {
    case datagrams
    /// TCP, or TLS above it: nothing is repeated, and ChannelData is padded (RFC 8656 §12.5).
    case stream
}

/// Why there is no allocation, or no longer one.
public enum TURNError: Error, Hashable, Sendable {
    /// Nobody answers.
    case unanswered
    /// The server asks for credentials that we do not have, or does not believe ours.
    case unauthorized
    /// The server says no, with the number of an ERROR-CODE: 403, 486 (quota), 508 (capacity) …
    case refused(Int)
    /// What the server says makes no sense.
    case malformed
}

public enum TURNEvent: Hashable, Sendable {
    /// Datagrams can be relayed from now on, from one address or one of each family.
    case allocated
    case failed(TURNError)
    /// ALTERNATE-SERVER: make an allocation there instead. Nothing more comes of this one.
    case redirected(TransportAddress)
}

/// What `TURNAllocation.poll` hands out.
public enum TURNOutput: ~Copyable, Sendable {
    /// Send this to the server.
    case transmit(PooledBuffer)
    case event(TURNEvent)
    /// Nothing to do before `until`, unless something is received or relayed.
    case idle(until: Instant)
}

/// What an allocation has seen that is of no use to it.
public struct TURNCounters: Hashable, Sendable {
    /// Neither a STUN message nor ChannelData.
    public internal(set) var malformedMessages: UInt64 = 0
    /// Answers to nothing we asked, or not authenticated.
    public internal(set) var unsolicitedResponses: UInt64 = 0
    /// From peers we have no permission for, or over channels that are not ours.
    public internal(set) var strayData: UInt64 = 0
    /// Datagrams that could not be relayed: no permission to be had, no room for the header.
    public internal(set) var unrelayed: UInt64 = 0
    public internal(set) var poolExhaustions: UInt64 = 0

    init() {}
}
