import Primitives

/// Goes down when queues grow and gently up while they do not (draft-ietf-rmcat-gcc-02 §5.5).
struct DelayBasedRate: Sendable {
    private enum State: Sendable { case hold, increase }

    /// Of what arrived, when a queue had grown.
    private static let decrease = 0.85
    /// A second's growth while the link's capacity is not known.
    private static let growth = 1.08

    private(set) var bitrate: Double
    private var state = State.increase
    private var lastUpdate: Instant?
    private var lastDecrease = Instant.zero
    /// Throughputs at which queues grew: their mean and deviation, in bits per second.
    private var capacity: Double?
    private var deviation = 0.0

    init(bitrate: Int) { self.bitrate = Double(bitrate) }

    mutating func update(
        _ usage: DelayTrend.Usage, throughput: Double?, roundTripTime: Interval, now: Instant
    ) {
        defer { lastUpdate = now }
        let elapsed = min(1, max(0, (now - (lastUpdate ?? now)).seconds))
        switch usage {
        case .over: slowDown(throughput, roundTripTime, now)
        case .under: state = .hold
        case .normal:
            // A queue that has just been emptied is seen once as normal before the rate goes up.
            guard state == .increase else { return state = .increase }
            speedUp(throughput, roundTripTime, elapsed)
        }
    }

    /// No more than this is of use, or is allowed.
    mutating func limit(_ highest: Double) { bitrate = min(bitrate, highest) }

    private mutating func slowDown(_ throughput: Double?, _ roundTripTime: Interval, _ now: Instant) {
        state = .hold
        let pause = max(.milliseconds(10), min(roundTripTime, .milliseconds(200)))
        guard now - lastDecrease >= pause || throughput.map({ $0 < bitrate / 2 }) == true else { return }
        lastDecrease = now
        let arrived = throughput ?? bitrate
        note(arrived)
        bitrate = min(bitrate, Self.decrease * arrived)
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
        if let known = capacity, bitrate > known - 3 * deviation {
            // Near what the link was found to carry: about a packet more each round trip.
            let response = (roundTripTime + .milliseconds(100)).seconds
            bitrate += max(4_000, 9_600 / response) * elapsed
        } else {
            let factor = 1 + (Self.growth - 1) * elapsed
            bitrate = max(bitrate * factor, bitrate + 1_000 * elapsed)
        }
        // What has not been shown to arrive is not built upon.
        if let throughput { bitrate = max(min(bitrate, 1.5 * throughput + 10_000), min(bitrate, throughput)) }
    }
}
