import Primitives
import STUN
import Simulation
import TURN

/// An allocation and a server with a wire between them, in virtual time.
struct Exchange: ~Copyable {
    static let peer = TransportAddress(IPAddress(ipv4: 0xC633_6401), port: 4000)
    static let client = TransportAddress(IPAddress(ipv4: 0x0A00_0001), port: 5000)

    let packets: BufferPool
    let server: SimulatedTURNServer
    let isStream: Bool
    var allocation: TURNAllocation
    var now: Instant
    var events: [TURNEvent] = []
    /// What the server forwarded to peers.
    var forwarded: [[UInt8]] = []
    /// The requests and indications that were sent, by method.
    var sent: [STUNMethod] = []
    var loss = 0.0
    var random = RandomSource(seed: 8656)
    /// The share of the server's messages that come changed.
    var tampering = 0.0
    private(set) var neverBecameIdle = false
    private var deadline = Instant.distantFuture

    /// An exchange in which the allocation has said what it has to say at first.
    static func begun(
        isStream: Bool = false, password: String? = nil, tamper: (seed: UInt64, chance: Double)? = nil,
        prepare: (SimulatedTURNServer) -> Void = { _ in }
    ) -> Exchange {
        var exchange = Exchange(isStream, password, prepare)
        if let tamper { (exchange.random, exchange.tampering) = (RandomSource(seed: tamper.seed), tamper.chance) }
        exchange.settle()
        return exchange
    }

    // Reads nothing of itself and calls none of its own methods: Swift 6.3 would then destroy an allocation that is not there yet.
    private init(_ isStream: Bool, _ password: String?, _ prepare: (SimulatedTURNServer) -> Void) {
        let (packets, now) = (BufferPool(slotCount: 64, slotSize: 1536), Instant(nanoseconds: 1_000_000_000))
        let server = SimulatedTURNServer(address: TransportAddress(IPAddress(ipv4: 0xC0A8_0001), port: 3478))
        prepare(server)
        allocation = TURNAllocation(
            server: server.address, transport: isStream ? .stream : .datagrams,
            credentials: TURNCredentials(username: server.username, password: password ?? server.password),
            random: RandomSource(seed: 1), packets: packets, now: now)
        (self.packets, self.now, self.server, self.isStream) = (packets, now, server, isStream)
    }

    private var who: SimulatedTURNServer.Client { .init(Self.client, isStream: isStream) }

    /// All that the allocation has to say now, and all that the server answers.
    mutating func settle() {
        for _ in 0..<10_000 {
            switch allocation.poll() {
            case .transmit(let packet): toServer(packet.bytes.toArray())
            case .event(let event): events.append(event)
            case .idle(let until):
                deadline = until
                return
            }
        }
        neverBecameIdle = true
    }

    mutating func toServer(_ bytes: [UInt8]) {
        if let message = try? STUNMessage(bytes.span.bytes) { sent.append(message.method) }
        if loss > 0, random.chance(loss) { return }
        handle(server.receive(bytes, from: who, now: now))
    }

    private mutating func handle(_ outputs: [SimulatedTURNServer.Output]) {
        for output in outputs {
            switch output {
            case .toClient(_, let bytes):
                if loss > 0, random.chance(loss) { continue }
                _ = receive(bytes)
            case .toPeer(let bytes, _, _): forwarded.append(bytes)
            }
        }
    }

    /// Gives the allocation a message; what was relayed in it, and from whom.
    mutating func receive(_ message: [UInt8]) -> (peer: TransportAddress, bytes: [UInt8])? {
        var bytes = message
        if tampering > 0, random.chance(tampering) {
            let framing = isStream ? StreamFraming.turn : .lengthPrefixed
            bytes = HostileStreamTests.mutated(bytes, framing, &random)
        }
        guard var buffer = try? packets.take() else { return nil }
        buffer.copy(from: bytes.span.bytes)
        guard let peer = allocation.receive(&buffer, now: now) else { return nil }
        return (peer, buffer.bytes.toArray())
    }

    mutating func run(for interval: Interval) {
        let end = now + interval
        settle()
        while deadline <= end, !neverBecameIdle {
            now = max(now, deadline)
            allocation.advance(to: now)
            settle()
        }
        now = end
    }

    /// Sends through the relay; false if it could not be.
    mutating func relay(_ bytes: [UInt8], to peer: TransportAddress = Exchange.peer) -> Bool {
        guard var buffer = try? packets.take() else { return false }
        buffer.copy(from: bytes.span.bytes)
        let isWrapped = allocation.wrap(&buffer, to: peer, now: now)
        settle()
        if isWrapped { toServer(buffer.bytes.toArray()) }
        settle()
        return isWrapped
    }

    /// What comes out here when a peer sends to the relayed address.
    mutating func hear(_ bytes: [UInt8], from peer: TransportAddress = Exchange.peer) -> [[UInt8]] {
        guard let relayed = allocation.relayedIPv4 else { return [] }
        var heard: [[UInt8]] = []
        for output in server.receive(bytes, from: peer, at: relayed, now: now) {
            if case .toClient(_, let message) = output, let data = receive(message), data.peer == peer {
                heard.append(data.bytes)
            }
        }
        return heard
    }
}
