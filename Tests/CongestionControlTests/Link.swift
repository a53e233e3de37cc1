import CongestionControl
import Primitives

/// A sender that obeys a `CongestionController`, and a link with a queue before it, in virtual time.
struct Link {
    var controller: CongestionController
    var capacity: Double
    /// A packet that would wait longer is dropped.
    var longestQueue = Interval.milliseconds(300)
    var loss = 0.0
    /// Up to so much more for each packet, evenly: it reorders them.
    var jitter = Interval.zero
    let delay = Interval.milliseconds(25)

    private(set) var now = Instant.zero
    private(set) var delivered = 0
    private(set) var longestWait = Interval.zero
    private var random: RandomSource
    private var sequence: UInt16 = 65_000  // wraps on the way
    private var linkIsFree = Instant.zero
    private var nextPacket = Instant.zero
    private var arrivals: [(number: UInt16, at: Instant?)] = []
    private var feedbacks: [(at: Instant, statuses: [(UInt16, Interval?)])] = []
    private static let size = 1200

    init(_ controller: CongestionController, capacity: Double, seed: UInt64 = 1) {
        self.controller = controller
        self.capacity = capacity
        random = RandomSource(seed: seed)
    }

    /// Lets time pass; returns bits per second delivered in it.
    @discardableResult
    mutating func run(seconds: Int) -> Double {
        (delivered, longestWait) = (0, .zero)
        for _ in 0..<(seconds * 1000) {
            now += .milliseconds(1)
            while nextPacket <= now { send() }
            if now.nanoseconds / 1_000_000 % 50 == 0 { report() }
            while let first = feedbacks.first, first.at <= now {
                feedbacks.removeFirst()
                for (number, arrival) in first.statuses { controller.feedback(number, arrival: arrival) }
                controller.concludeFeedback(roundTripTime: delay * 2, now: now)
            }
        }
        return Double(delivered * 8) / Double(seconds)
    }

    private mutating func send() {
        sequence &+= 1
        controller.sent(sequence, size: Self.size, at: now)
        nextPacket = now + .microseconds(Int64(Double(Self.size * 8) / Double(controller.targetBitrate) * 1e6))
        let starts = max(now, linkIsFree)
        guard starts - now <= longestQueue, Double.random(in: 0..<1, using: &random) >= loss else {
            return arrivals.append((sequence, nil))
        }
        linkIsFree = starts + .microseconds(Int64(Double(Self.size * 8) / capacity * 1e6))
        longestWait = max(longestWait, starts - now)
        let late = jitter > .zero ? Int64.random(in: 0...jitter.nanoseconds, using: &random) : 0
        arrivals.append((sequence, linkIsFree + delay + .nanoseconds(late)))
    }

    /// The peer's feedback about all up to the last that has arrived; its clock started another day. What is still on its way
    /// is missing in it, and in the next one if it has come by then.
    private mutating func report() {
        guard let last = arrivals.lastIndex(where: { $0.at.map { $0 <= now } ?? false }) else { return }
        let statuses = arrivals[...last].map { one in
            (one.number, one.at.flatMap { $0 <= now ? ($0 - Instant.zero) + .seconds(77_777) : nil })
        }
        let late = arrivals[...last].filter { $0.at.map { $0 > now } ?? false }
        arrivals.replaceSubrange(...last, with: late)
        delivered += statuses.reduce(0) { $0 + ($1.1 == nil ? 0 : Self.size) }
        feedbacks.append((now + delay, statuses))
    }
}
