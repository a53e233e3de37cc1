public import Primitives
import STUN

/// One allocation on one TURN server (RFC 8656), without input or output of its own.
///
/// Contract:
/// 1. Nothing here reads a clock or a socket. Each entry takes `now`, which must not go back; then drain `poll` until it
///    says `.idle(until:)`, and call `advance(to:)` then at the latest.
/// 2. What `poll` and `wrap` give goes to `server`, over the one transport that the allocation was made for; what comes
///    from there, whole messages in case of a stream, goes to `receive`.
/// 3. One thread owns it. What the server or a peer sends never traps and never throws; it is counted and bounded.
/// 4. Nothing is allocated on the heap for a datagram that is relayed.
///
/// A server that can is asked for an address of each family at once (RFC 8656 §7.1, ADDITIONAL-ADDRESS-FAMILY).
public struct TURNAllocation: ~Copyable, Sendable {
    public enum State: Hashable, Sendable {
        case allocating, allocated, failed(TURNError), redirected(TransportAddress), closed
    }

    public private(set) var server: TransportAddress
    public private(set) var transport: TURNTransport
    public internal(set) var state = State.allocating
    /// The addresses on the server that peers see.
    public internal(set) var relayedIPv4: TransportAddress?
    public internal(set) var relayedIPv6: TransportAddress?
    /// What the server sees us as.
    public internal(set) var mappedAddress: TransportAddress?
    public internal(set) var counters = TURNCounters()

    private(set) var configuration: TURNConfiguration
    private(set) var credentials: TURNCredentials?
    private(set) var packets: BufferPool
    var random: RandomSource
    var now: Instant

    /// What the server demanded, and the key that follows from it.
    var authentication: Authentication?
    /// The server has no IPv4 address to give.
    var asksForIPv6Only = false
    /// The server said that our address and port had an allocation; it was released.
    var hasReleasedOld = false
    var transactions: [TURNTransaction] = []
    var permissions: [Permission] = []
    var channels: [Channel] = []
    var nextChannel = Channel.numbers.lowerBound
    var events: [TURNEvent] = []
    var timers = TimerTable<TURNTimer>()
    var lastSent: Instant

    struct Authentication {
        var realm: [UInt8]
        var nonce: [UInt8]
        var key: [UInt8]
    }

    /// - Parameters:
    ///   - random: `.system` in production; transaction identifiers are drawn from it.
    ///   - packets: slots of 1500 bytes or more.
    public init(
        server: TransportAddress, transport: TURNTransport, credentials: TURNCredentials?,
        configuration: TURNConfiguration = TURNConfiguration(), random: RandomSource, packets: BufferPool, now: Instant
    ) {
        precondition(packets.slotSize >= 1500, "a slot of the packet pool holds any message of ours")
        (self.server, self.transport, self.credentials) = (server, transport, credentials)
        (self.configuration, self.random, self.packets) = (configuration, random, packets)
        (self.now, lastSent) = (now, now)
        begin(.allocate)
    }

    /// The relayed address of a family, once there is one.
    public func relayedAddress(_ family: IPAddress.Family) -> TransportAddress? {
        family == .ipv4 ? relayedIPv4 : relayedIPv6
    }

    /// Lets time pass.
    public mutating func advance(to now: Instant) {
        setTime(now)
        guard isAlive else { return }
        expireTransactions()
        while let timer = timers.expire(at: self.now) { handle(timer) }
    }

    /// Asks the server at once whether the allocation is still there, where something makes one doubt.
    public mutating func probe(now: Instant) {
        setTime(now)
        if state == .allocated { begin(.refresh) }
    }

    /// Gives the allocation back (a Refresh of lifetime 0), which `poll` then says once: a server that does not hear it
    /// forgets us at the end of the lifetime.
    public mutating func close(now: Instant) {
        setTime(now)
        guard isAlive else { return }
        let wasAllocated = state == .allocated
        end(.closed)
        if wasAllocated { begin(.release) }
    }

    var isAlive: Bool { state == .allocating || state == .allocated }

    mutating func setTime(_ now: Instant) { self.now = max(self.now, now) }

    /// Nothing is asked or relayed any more.
    mutating func end(_ final: State) {
        state = final
        transactions.removeAll()
        permissions.removeAll()
        channels.removeAll()
        timers = TimerTable()
        switch final {
        case .failed(let error): events.append(.failed(error))
        case .redirected(let server): events.append(.redirected(server))
        case .allocating, .allocated, .closed: break
        }
    }

    private mutating func handle(_ timer: TURNTimer) {
        switch timer {
        case .refresh: begin(.refresh)
        case .permissions: renewPermissions()
        case .channels: renewChannels()
        case .keepalive, .pool: break  // `poll` goes on
        }
    }
}

enum TURNTimer: Int, CaseIterable, Sendable {
    /// Half of the lifetime is over.
    case refresh
    /// The next permission is to be renewed, or let go.
    case permissions
    /// The next channel is to be renewed, or let go.
    case channels
    /// Nothing was sent for a while.
    case keepalive
    /// The packet pool may have slots again.
    case pool
}
