public import PeerConnection
public import Primitives

/// What a simulated path does to datagrams, each way.
public struct PathConditions: Sendable {
    public var delay = Interval.milliseconds(20)
    /// Up to so much more, evenly; larger than the distance between packets, it reorders them.
    public var jitter = Interval.zero
    public var loss = 0.0
    public var duplication = 0.0
    /// Losses that come in bursts, beside those by chance.
    public var bursts: LossBursts?
    /// Bits per second that the link carries each way; nil for more than anybody sends.
    public var capacity: Double?
    /// What would have to wait longer for the link is dropped.
    public var longestQueue = Interval.milliseconds(300)

    public init() {}
}

/// Loss of a path that is good or bad for a while (Gilbert 1960, Elliott 1963), judged at each datagram.
public struct LossBursts: Sendable {
    /// Chances to become bad, and good again.
    public var enter: Double
    public var leave: Double
    /// Of each datagram while it is bad.
    public var loss: Double

    public init(enter: Double, leave: Double, loss: Double) {
        (self.enter, self.leave, self.loss) = (enter, leave, loss)
    }
}

/// Two endpoints, the network between them and the time that both go by; everything follows from the seed.
public final class SimulatedCall {
    public enum Side: Int, Sendable, CaseIterable { case caller, callee }

    /// What the signalling carries.
    public enum Signal {
        case offer(String)
        case answer(String)
        case candidate(String, mid: String, index: Int)
    }

    /// What arrives or happens at an instant.
    enum Happening {
        case datagram(to: Side, [UInt8], from: TransportAddress, at: TransportAddress)
        case signal(to: Side, Signal)
        case toServer(Int, [UInt8], SimulatedTURNServer.Client)
        case toRelayed(Int, [UInt8], from: TransportAddress, at: TransportAddress)
        case streamBytes(Side, StreamNumber, [UInt8])
        case streamClosed(Side, StreamNumber)
        case connection(by: Side, StreamNumber, from: TransportAddress, to: TransportAddress)
        case frame(Side)
        case sound(Side)
        case action((SimulatedCall) -> Void)
    }

    public let caller: Endpoint
    public let callee: Endpoint
    public var conditions = PathConditions()
    /// One way, for descriptions and candidates; they keep their order.
    public var signallingDelay = Interval.milliseconds(15)
    public var random: RandomSource
    public private(set) var now: Instant
    /// FNV-1a over every datagram sent, with its time and its addresses' ports: equal runs have equal hashes.
    public private(set) var transcript: UInt64 = 0xCBF2_9CE4_8422_2325
    public private(set) var datagramsSent = 0
    /// Called with each datagram before the network sees it; false loses it.
    public var filter: ((Side, [UInt8]) -> Bool)?
    /// Who gives way when both offer at once.
    public var polite = Side.callee
    public var negotiationErrors: [String] = []
    /// Called with the sender and destination of each datagram.
    public var sentTo: ((Side, TransportAddress) -> Void)?
    /// Called with what comes for a side or, as outgoing, what its engine has found; true if nothing else is to be done
    /// with it. For owners that stand between an engine and the signalling.
    public var intercept: ((Side, Signal, _ isIncoming: Bool) -> Bool)?
    /// Whose signalling is down: what it says, and what is said to it, is lost.
    public var isOffline: Set<Side> = []
    /// Every description and candidate, as it was signalled.
    public private(set) var signalled: [(by: Side, text: String)] = []

    /// What stands between a side's sockets and the network, by side.
    public var nats: [SimulatedNAT?] = [nil, nil]
    public var firewalls = [Firewall(), Firewall()]
    public var servers: [SimulatedTURNServer] = []
    /// Made or tried, by side.
    public internal(set) var connectionsToServers = [0, 0]
    var streams: [StreamKey: SimulatedStream] = [:]
    /// The two ends of connections between the sides, each by the other; an end that is not made yet is nil.
    var connections: [StreamKey: StreamKey?] = [:]
    var damages = false
    /// What was written before the other end was there.
    var waiting: [StreamKey: [UInt8]] = [:]
    /// Called with what is written to such a connection.
    public var wroteToPeer: ((Side, [UInt8]) -> Void)?
    /// Called with what a stream brings to a side, as it comes.
    public var cameByStream: ((Side, StreamNumber, [UInt8]) -> Void)?

    private var queue = EventQueue()
    private var lastSignal: [Instant] = [.zero, .zero]
    private var isBad = [false, false]
    /// When the link has carried what it was given, by side.
    private var linkIsFree: [Instant] = [.zero, .zero]
    /// The longest that a datagram has waited for the link and on it.
    public var longestQueueing = Interval.zero
    /// Bytes that each side's link has taken, IP and UDP headers included.
    public var bytesCarried = [0, 0]

    /// How long a datagram of `side` would wait for the link now.
    public func queueing(of side: Side) -> Interval { max(.zero, linkIsFree[side.rawValue] - now) }

    public init(caller: Endpoint, callee: Endpoint, seed: UInt64, now: Instant) {
        (self.caller, self.callee) = (caller, callee)
        random = RandomSource(seed: seed)
        self.now = now
    }

    public subscript(side: Side) -> Endpoint { side == .caller ? caller : callee }
    func other(_ side: Side) -> Side { side == .caller ? .callee : .caller }

    public func at(_ instant: Instant, _ action: @escaping (SimulatedCall) -> Void) {
        queue.push(instant, .action(action))
    }

    /// One side offers and both sides' media start.
    public func begin(offeringFrom side: Side = .caller) { begin { offer(from: side) } }

    /// Both sides' media start, with whatever sets up the call.
    public func begin(_ start: () -> Void) {
        start()
        for side in Side.allCases {
            queue.push(now, .frame(side))
            queue.push(now, .sound(side))
        }
    }

    public func offer(from side: Side) {
        do {
            let text = try self[side].peer.createOffer(now: now)
            if intercept?(side, .offer(text), false) != true { say(.offer(text), from: side) }
        } catch {
            negotiationErrors.append("\(side) offering: \(error)")
        }
        settle(side)
    }

    /// Gives a side's engine what has come for it.
    public func apply(_ signal: Signal, to side: Side) {
        do {
            switch signal {
            case .offer(let text):
                if let answer = try self[side].peer.accept(offer: text, isPolite: side == polite, now: now),
                    intercept?(side, .answer(answer), false) != true
                {
                    say(.answer(answer), from: side)
                }
            case .answer(let text): try self[side].peer.accept(answer: text, now: now)
            case .candidate(let text, let mid, let index):
                self[side].peer.addRemoteCandidate(text, mid: mid, mLineIndex: index, now: now)
            }
        } catch {
            negotiationErrors.append("\(side) taking \(signal): \(error)")
        }
        settle(side)
    }

    public func run(for interval: Interval) { run(until: now + interval) { false } }

    /// Runs until `end`, or until `isDone` after some step.
    public func run(until end: Instant, _ isDone: () -> Bool) {
        for side in Side.allCases { settle(side) }
        while !isDone() {
            let next = min(queue.nextInstant, caller.deadline, callee.deadline)
            guard next <= end else { break }
            now = max(now, next)
            if queue.nextInstant <= now, let happening = queue.pop() { handle(happening) }
            for side in Side.allCases where self[side].deadline <= now {
                self[side].peer.advance(to: now)
                settle(side)
                if self[side].deadline <= now {
                    // A deadline that stays in the past would spin for ever in production.
                    self[side].peer.advance(to: now + .nanoseconds(1))
                    settle(side)
                    if self[side].deadline <= now {
                        self[side].faults.append("stuck at \(now)")
                        return
                    }
                }
            }
        }
        now = max(now, min(end, isDone() ? now : end))
    }

    private func handle(_ happening: Happening) {
        switch happening {
        case .datagram(let side, let bytes, let from, let outside):
            guard let at = inside(side, outside, from: from) else { return }
            if var buffer = try? self[side].packets.take() {
                buffer.copy(from: bytes.span.bytes)
                self[side].peer.receive(buffer, from: from, to: at, at: now)
            }
            settle(side)
        case .toServer(let index, let bytes, let client):
            handle(servers[index].receive(bytes, from: client, now: now), of: index)
        case .toRelayed(let index, let bytes, let from, let at):
            handle(servers[index].receive(bytes, from: from, at: at, now: now), of: index)
        case .streamBytes(let side, let number, let bytes):
            cameByStream?(side, number, bytes)
            self[side].peer.receive(bytes.span.bytes, on: number, at: now)
            settle(side)
        case .streamClosed(let side, let number):
            self[side].peer.streamClosed(number, now: now)
            settle(side)
        case .connection(let side, let number, let from, let to): connect(side, number, from: from, to: to)
        case .signal(let side, let signal):
            guard !isOffline.contains(side) else { return }
            if intercept?(side, signal, true) != true { apply(signal, to: side) }
        case .frame(let side):
            self[side].sendFrame(now: now)
            queue.push(now + .nanoseconds(33_333_333), .frame(side))
            settle(side)
        case .sound(let side):
            self[side].sendSound(now: now)
            queue.push(now + .milliseconds(20), .sound(side))
            settle(side)
        case .action(let action):
            action(self)
            for side in Side.allCases { settle(side) }
        }
    }

    /// Lets a side say what it has to say.
    public func settle(_ side: Side) {
        let endpoint = self[side]
        endpoint.drain(now: now) { bytes, from, to in send(bytes.toArray(), by: side, from: from, to: to) }
        for candidate in endpoint.candidates {
            let found = Signal.candidate(candidate.text, mid: candidate.mid, index: candidate.index)
            if intercept?(side, found, false) != true { say(found, from: side) }
        }
        endpoint.candidates.removeAll()
        handleStreams(of: side)
    }

    private func send(_ bytes: [UInt8], by side: Side, from: TransportAddress, to: TransportAddress) {
        datagramsSent += 1
        record(UInt64(bitPattern: now.nanoseconds))
        record(UInt64(from.port) << 16 | UInt64(to.port))
        for byte in bytes { transcript = (transcript ^ UInt64(byte)) &* 0x100_0000_01B3 }
        sentTo?(side, to)
        if let filter, !filter(side, bytes) { return }
        route(bytes, by: side, from: from, to: to)
    }

    /// What the path does to a datagram of so many bytes; towards a server it is half of one.
    func carry(_ size: Int, by side: Side, isHalfWay: Bool = false, _ happening: () -> Happening) {
        let loss = isHalfWay ? conditions.loss / 2 : conditions.loss
        if loss > 0, random.chance(loss) { return }
        if let bursts = conditions.bursts {
            let isBad = random.chance(self.isBad[side.rawValue] ? 1 - bursts.leave : bursts.enter)
            self.isBad[side.rawValue] = isBad
            if isBad, random.chance(bursts.loss) { return }
        }
        let copies = conditions.duplication > 0 && random.chance(conditions.duplication) ? 2 : 1
        var queueing = Interval.zero
        if let capacity = conditions.capacity {
            queueing = max(.zero, linkIsFree[side.rawValue] - now)
            guard queueing <= conditions.longestQueue else { return }
            // With the IP and UDP headers that a link carries too.
            queueing = queueing + .microseconds(Int64(Double((size + 28) * 8) / capacity * 1e6))
            linkIsFree[side.rawValue] = now + queueing
            longestQueueing = max(longestQueueing, queueing)
            bytesCarried[side.rawValue] += size + 28
        }
        for _ in 0..<copies {
            let late =
                conditions.jitter.nanoseconds > 0
                ? Int64.random(in: 0...conditions.jitter.nanoseconds, using: &random) : 0
            let delay = isHalfWay ? conditions.delay / 2 : conditions.delay
            queue.push(now + delay + queueing + .nanoseconds(late), happening())
        }
    }

    func push(_ instant: Instant, _ happening: Happening) { queue.push(instant, happening) }

    private func record(_ value: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            transcript = (transcript ^ (value >> shift & 255)) &* 0x100_0000_01B3
        }
    }

    /// Signals something to the other side.
    public func say(_ signal: Signal, from side: Side) {
        guard !isOffline.contains(side) else { return }
        switch signal {
        case .offer(let text), .answer(let text), .candidate(let text, _, _): signalled.append((side, text))
        }
        let receiver = other(side)
        let arrival = max(now + signallingDelay, lastSignal[receiver.rawValue])
        lastSignal[receiver.rawValue] = arrival
        queue.push(arrival, .signal(to: receiver, signal))
    }

    /// What must never be, of both sides.
    public var faults: [String] {
        negotiationErrors + caller.faults.map { "caller: " + $0 } + callee.faults.map { "callee: " + $0 }
    }
}

/// A binary heap by instant; things of one instant come in the order they were put in.
struct EventQueue {
    private var heap: [(at: Instant, order: Int, what: SimulatedCall.Happening)] = []
    private var order = 0

    var nextInstant: Instant { heap.first?.at ?? .distantFuture }

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
        heap[a].at != heap[b].at ? heap[a].at < heap[b].at : heap[a].order < heap[b].order
    }

    mutating func push(_ at: Instant, _ what: SimulatedCall.Happening) {
        heap.append((at, order, what))
        order += 1
        var child = heap.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> SimulatedCall.Happening? {
        guard !heap.isEmpty else { return nil }
        heap.swapAt(0, heap.count - 1)
        let last = heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && isBefore(child, least) {
                least = child
            }
            if least == parent { return last.what }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
