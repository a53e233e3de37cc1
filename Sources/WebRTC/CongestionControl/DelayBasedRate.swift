import Primitives

/// Goes down when queues grow and gently up while they do not (draft-ietf-rmcat-gcc-02 §5.5).
struct DelayBasedRate: Sendable {
    private enum State: Sendable { case hold, increase }

    /// Of what arrived, when a queue had grown: the longer the queue the less, so that it is gone in about a second.
    private static let decrease = 0.6...0.92
    /// A queue that is longer is one too many, whether it still grows or not.
    static let longestQueue = Interval.milliseconds(50)
    /// One that is shorter is not worth a smaller picture, though it grows; a little more where packets take longer by themselves,
    /// of which even the quickest may then have done so.
    private static let shortestQueue = Interval.milliseconds(12)
    /// A long queue that has become so short is as good as gone.
    static let emptyQueue = Interval.milliseconds(25)
    /// Of what the link carried meanwhile.
    private static let resumption = 0.85
    /// What `throughput` looks back over, and a round trip.
    private static let measuring = Interval.milliseconds(700)
    /// A second's growth while the link's capacity is not known.
    private static let growth = 1.08
    /// And where it is known to carry more.
    private static let recovery = 1.3

    private(set) var bitrate: Double
    private var state = State.increase
    private var lastUpdate: Instant?
    private(set) var lastDecrease = Instant.zero
    private var raisedAt = Instant(nanoseconds: .min / 2)
    /// Throughputs at which queues grew: their mean and deviation, in bits per second.
    private var capacity: Double?
    private var deviation = 0.0
    /// What came through while a long queue was being emptied.
    private var carried: Double?

    init(bitrate: Int) { self.bitrate = Double(bitrate) }

    mutating func update(
        _ usage: DelayTrend.Usage, queue delay: QueueDelay, arriving: Throughput, roundTripTime: Interval, now: Instant
    ) {
        let throughput = arriving.bitrate
        let queue = delay.value
        defer { lastUpdate = now }
        let elapsed = min(1, max(0, (now - (lastUpdate ?? now)).seconds))
        if queue < Self.emptyQueue, let carried {
            // It was lowered to empty the queue, not because the link would carry no more.
            bitrate = max(bitrate, Self.resumption * carried)
            self.carried = nil
        }
        switch usage {
        case .over where queue < Self.shortestQueue + delay.jitter / 2: state = .hold
        case .over: slowDown(queue, arriving, roundTripTime, now)
        case .under: state = .hold
        case .normal where queue > Self.longestQueue: slowDown(queue, arriving, roundTripTime, now)
        case .normal:
            // A queue that has just been emptied is seen once as normal before the rate goes up.
            guard state == .increase else { return state = .increase }
            speedUp(throughput, roundTripTime, elapsed)
        }
    }

    /// No more than this is of use, or is allowed.
    mutating func limit(_ highest: Double) { bitrate = min(bitrate, highest) }

    /// What a probe has found, which is more than hoping for it.
    mutating func take(_ found: ProbeResult.Estimate, mayLower: Bool, now: Instant) {
        let carried = found.isOpen ? found.bitrate : 0.92 * found.bitrate
        if carried > bitrate {
            bitrate = carried
            raisedAt = now
            if found.isOpen { capacity = nil }
        } else if mayLower, !found.isOpen {
            note(found.bitrate)
            lastDecrease = now
            bitrate = carried
        }
    }

    private mutating func slowDown(
        _ queue: Interval, _ arriving: Throughput, _ roundTripTime: Interval, _ now: Instant
    ) {
        state = .hold
        // Behind a long queue what arrives now is what the link carries now.
        let throughput = queue > Self.longestQueue ? arriving.recent : arriving.bitrate
        let pause = max(.milliseconds(10), min(roundTripTime, .milliseconds(200)))
        guard now - lastDecrease >= pause || throughput.map({ $0 < bitrate / 2 }) == true else { return }
        lastDecrease = now
        // What arrived before a probe raised the rate says nothing of what the link carries.
        let arrived = now - raisedAt < Self.measuring ? max(throughput ?? 0, bitrate) : throughput ?? bitrate
        note(arrived)
        if queue > Self.longestQueue, let throughput {
            carried = carried.map { 0.5 * $0 + 0.5 * throughput } ?? throughput
        }
        let factor = min(Self.decrease.upperBound, max(Self.decrease.lowerBound, 1 - queue.seconds))
        bitrate = min(bitrate, factor * arrived)
    }

    private mutating func note(_ arrived: Double) {
        guard let known = capacity, arrived > known - 3 * deviation, arrived < known + 3 * deviation else {
            capacity = arrived
            deviation = arrived * 0.1
            return
        }
        capacity = known + 0.05 * (arrived - known)
        deviation = max(arrived * 0.05, deviation + 0.05 * (abs(arrived - known) - deviation))
    }

    private mutating func speedUp(_ throughput: Double?, _ roundTripTime: Interval, _ elapsed: Double) {
        if let known = capacity, let throughput, throughput > known + 3 * deviation { capacity = nil }
        var raised = bitrate
        if let known = capacity, bitrate > 0.9 * known {
            // Near what the link was found to carry: about a packet more each round trip.
            let response = (roundTripTime + .milliseconds(100)).seconds
            raised += max(4_000, min(9_600 / response, 0.06 * known)) * elapsed
        } else {
            let growth = capacity == nil ? Self.growth : Self.recovery
            raised = max(bitrate * (1 + (growth - 1) * elapsed), bitrate + 1_000 * elapsed)
        }
        // What has not been shown to arrive is not built upon.
        if let throughput { raised = min(raised, 1.5 * throughput + 10_000) }
        bitrate = max(bitrate, raised)
    }
}
