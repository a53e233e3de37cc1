import ICE
import Primitives
import STUN

/// Two agents in virtual time over a network with loss, delay, reordering and duplication, all from one seed.
final class Network {
    struct Conditions {
        var loss = 0.0
        var duplication = 0.0
        /// Each datagram takes its own time from this range, which is what reorders.
        var delay: ClosedRange<Int64> = 1...1
    }
    enum Verdict { case pass, drop }

    struct Datagram {
        var bytes: [UInt8]
        var from: TransportAddress
        var to: TransportAddress
    }

    var conditions = Conditions()
    var random: RandomSource
    private(set) var now = Instant.zero
    private(set) var peers: [Peer] = []
    /// What a test does to a datagram on its way, after the conditions.
    var filter: (Datagram, Instant) -> Verdict = { _, _ in .pass }
    /// A rewriting NAT: what leaves from the key appears from the value.
    var mappings: [TransportAddress: TransportAddress] = [:]
    private(set) var sent = 0
    private(set) var delivered = 0
    private var wire: [(at: Instant, order: Int, datagram: Datagram)] = []
    private var order = 0
    private var script: [(at: Instant, action: () -> Void)] = []

    init(seed: UInt64) { random = RandomSource(seed: seed) }

    func add(_ role: ICERole, configuration: ICEConfiguration = ICEConfiguration(), slots: Int = 64) -> Peer {
        let peer = Peer(role, configuration, random.split(), slots: slots, now: now)
        peers.append(peer)
        return peer
    }

    func at(_ milliseconds: Int64, _ action: @escaping () -> Void) {
        script.append((now + .milliseconds(milliseconds), action))
        script.sort { $0.at < $1.at }
    }

    /// Puts a datagram on the wire as if from anywhere.
    func inject(_ datagram: Datagram) { wire.append((now, nextOrder(), datagram)) }

    /// Runs until `milliseconds` have passed or `condition` holds.
    @discardableResult
    func run(_ milliseconds: Int64, until condition: () -> Bool = { false }) -> Bool {
        let end = now + .milliseconds(milliseconds)
        while true {
            for peer in peers { drain(peer) }
            if condition() { return true }
            var next = peers.map(\.deadline).min() ?? .distantFuture
            if let first = wire.map(\.at).min() { next = min(next, first) }
            if let first = script.first { next = min(next, first.at) }
            guard next <= end else {
                now = end
                for peer in peers { peer.agent.advance(to: now) }
                return condition()
            }
            now = max(now, next)
            step()
        }
    }

    private func step() {
        while let first = script.first, first.at <= now { script.removeFirst().action() }
        let due = wire.filter { $0.at <= now }.sorted { ($0.at, $0.order) < ($1.at, $1.order) }
        wire.removeAll { $0.at <= now }
        for (_, _, datagram) in due { deliver(datagram) }
        for peer in peers where peer.deadline <= now { peer.agent.advance(to: now) }
    }

    private func deliver(_ datagram: Datagram) {
        let inside = mappings.first { $0.value == datagram.to }?.key
        // Nothing from outside finds an address that is behind the NAT.
        if inside == nil, mappings[datagram.to] != nil { return }
        let to = inside ?? datagram.to
        guard let peer = peers.first(where: { $0.addresses.contains(to) }) else { return }
        delivered += 1
        peer.agent.receive(datagram.bytes.span.bytes, from: datagram.from, to: to, now: now)
        drain(peer)
    }

    private func drain(_ peer: Peer) {
        var rounds = 0
        while true {
            rounds += 1
            precondition(rounds < 10_000, "an agent never becomes idle")
            switch peer.agent.poll() {
            case .transmit(let buffer, let path):
                send(Datagram(bytes: buffer.bytes.toArray(), from: path.local, to: path.remote))
            case .event(let event): peer.events.append((now, event))
            case .idle(let until):
                precondition(until > now, "an agent that is idle until now would spin")
                peer.deadline = until
                return
            }
        }
    }

    private func send(_ datagram: Datagram) {
        sent += 1
        guard filter(datagram, now) == .pass, !random.chance(conditions.loss) else { return }
        var outside = datagram
        outside.from = mappings[datagram.from] ?? datagram.from
        for _ in 0..<(random.chance(conditions.duplication) ? 2 : 1) {
            let delay = Int64.random(in: conditions.delay, using: &random)
            wire.append((now + .milliseconds(delay), nextOrder(), outside))
        }
    }

    private func nextOrder() -> Int {
        order += 1
        return order
    }
}

/// One side and what it has told.
final class Peer {
    var agent: ICEAgent
    let pool: BufferPool
    var addresses: [TransportAddress] = []
    var events: [(at: Instant, event: ICEEvent)] = []
    var deadline = Instant.zero

    init(_ role: ICERole, _ configuration: ICEConfiguration, _ random: RandomSource, slots: Int, now: Instant) {
        pool = BufferPool(slotCount: slots, slotSize: 1200)
        agent = ICEAgent(role: role, configuration: configuration, random: random, packets: pool, now: now)
    }

    func bind(_ address: String, _ port: UInt16, now: Instant = .zero) {
        guard let ip = IPAddress(address) else { preconditionFailure("a test names real addresses") }
        let base = TransportAddress(ip, port: port)
        addresses.append(base)
        agent.addLocalCandidate(base: base, now: now)
    }

    var state: ICEState { agent.state }
    var role: ICERole { agent.role }
    var sendPair: ICEPath? { agent.sendPair }
    var counters: ICECounters { agent.counters }
    var localCredentials: ICECredentials { agent.localCredentials }
    var localCandidates: [ICECandidate] { agent.localCandidates }
    var selectedPair: (local: ICECandidate, remote: ICECandidate)? { agent.selectedPair }
    var statistics: [ICECandidatePairStatistics] { agent.candidatePairStatistics() }
    func isValidated(local: TransportAddress, remote: TransportAddress) -> Bool {
        agent.isValidated(ICEPath(local: local, remote: remote))
    }
    func accepts(local: TransportAddress, remote: TransportAddress) -> Bool {
        agent.accepts(ICEPath(local: local, remote: remote))
    }

    var selected: ICEPath? {
        for (_, event) in events.reversed() { if case .selected(let path) = event { return path } }
        return nil
    }
    /// Whether a pair was selected after the first `count` events.
    func hasSelected(after count: Int) -> Bool {
        events.dropFirst(count).contains { if case .selected = $0.event { true } else { false } }
    }
    var states: [ICEState] {
        events.compactMap { if case .state(let state) = $0.event { state } else { nil } }
    }
    func firstInstant(where match: (ICEEvent) -> Bool) -> Instant? { events.first { match($0.event) }?.at }
}

extension Network {
    /// Gives each the other's credentials and candidates at once, as an answer that carries everything would.
    func introduce(_ a: Peer, _ b: Peer) {
        signal(a, to: b)
        signal(b, to: a)
    }

    func signal(_ from: Peer, to: Peer) {
        to.agent.setRemoteCredentials(from.agent.localCredentials, now: now)
        for candidate in from.agent.localCandidates {
            to.agent.addRemoteCandidate(attribute: "a=" + candidate.attribute, now: now)
        }
        to.agent.endOfRemoteCandidates(now: now)
    }

    /// Both selected, and the same pair seen from either side.
    static func agree(_ a: Peer, _ b: Peer) -> Bool {
        guard let p = a.agent.selectedPair, let q = b.agent.selectedPair else { return false }
        return p.local.address == q.remote.address && p.remote.address == q.local.address
    }
}

extension Network.Datagram {
    var isRequest: Bool { messageClass == .request }
    var messageClass: STUNClass? { try? STUNMessage(bytes.span.bytes).messageClass }
    var useCandidate: Bool { (try? STUNMessage(bytes.span.bytes).useCandidate) ?? false }
    func value(of attribute: STUNAttribute) -> [UInt8]? {
        (try? STUNMessage(bytes.span.bytes).value(of: attribute)?.toArray()) ?? nil
    }
    func hasIntegrity(under credentials: ICECredentials) -> Bool {
        (try? STUNMessage(bytes.span.bytes).hasIntegrity(under: Array(credentials.password.utf8))) ?? false
    }
    var errorCode: Int? { (try? STUNMessage(bytes.span.bytes).errorCode) ?? nil }
}
