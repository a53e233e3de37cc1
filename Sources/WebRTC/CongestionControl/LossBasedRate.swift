import Primitives

/// Goes down with losses that no growing queue announced, and up when there are hardly any
/// (draft-ietf-rmcat-gcc-02 §6).
struct LossBasedRate: Sendable {
    private static let period = Interval.milliseconds(200)
    /// Less than this many packets are not a sample.
    private static let sample = 20

    private(set) var bitrate: Double
    private var expected = 0
    private var lost = 0
    private var since: Instant?
    private(set) var fraction = 0.0

    init(bitrate: Int) { self.bitrate = Double(bitrate) }

    mutating func count(expected: Int, lost: Int) {
        self.expected += expected
        self.lost += lost
    }

    /// - Parameter target: what is sent at now, from which a change starts.
    mutating func update(target: Double, now: Instant) {
        let start = since ?? now
        since = start
        guard now - start >= Self.period, expected >= Self.sample else { return }
        let share = Double(max(0, lost)) / Double(expected)
        fraction = share
        let elapsed = min(1, (now - start).seconds)
        (expected, lost, since) = (0, 0, now)
        if share > 0.1 {
            bitrate = min(bitrate, target * (1 - 0.5 * share))
        } else if share < 0.02 {
            bitrate = max(bitrate, target) * (1 + 0.08 * elapsed) + 1_000 * elapsed
        }
    }

    mutating func limit(_ highest: Double) { bitrate = min(bitrate, highest) }
}
