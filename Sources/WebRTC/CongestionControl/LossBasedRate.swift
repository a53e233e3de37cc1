import Primitives

/// Goes down with losses that no growing queue announced, and up when there are hardly any
/// (draft-ietf-rmcat-gcc-02 §6), except for losses that sending less does not change: a bad radio link loses a tenth of
/// whatever is sent.
struct LossBasedRate: Sendable {
    private static let period = Interval.milliseconds(500)
    /// Less than this many packets are not a sample.
    private static let sample = 30
    /// More than this is never put down to the link alone.
    private static let mostInherent = 0.2

    private static let longestQueue = Interval.milliseconds(50)

    private(set) var bitrate: Double
    private var expected = 0
    private var lost = 0
    private var since: Instant?
    private(set) var fraction = 0.0
    /// What is lost whatever is sent.
    private var inherent = 0.0
    /// Where rate and losses were when lowering began.
    private var before: (bitrate: Double, fraction: Double)?

    init(bitrate: Int) { self.bitrate = Double(bitrate) }

    mutating func count(expected: Int, lost: Int) {
        self.expected += expected
        self.lost += lost
    }

    /// - Parameter target: what is sent at now, from which a change starts.
    mutating func update(target: Double, throughput: Double?, queue: Interval, now: Instant) {
        let start = since ?? now
        since = start
        guard now - start >= Self.period, expected >= Self.sample else { return }
        let share = Double(max(0, lost)) / Double(expected)
        // What a full queue drops is for the other to deal with, which knows how long the queue is; nor is it still held against
        // the path when the queue is gone.
        guard queue < Self.longestQueue else {
            (fraction, expected, lost, since, before) = (0, 0, 0, now, nil)
            return
        }
        fraction = fraction == 0 ? share : 0.5 * fraction + 0.5 * share
        let elapsed = min(1, (now - start).seconds)
        (expected, lost, since) = (0, 0, now)
        if fraction > max(0.1, 1.3 * inherent + 0.03) {
            lower(target, throughput)
        } else {
            if fraction < max(0.02, inherent) {
                bitrate = max(bitrate, target) * (1 + 0.08 * elapsed) + 1_000 * elapsed
            }
            before = nil
            inherent = min(inherent, max(fraction, 0.98 * inherent))
        }
    }

    private mutating func lower(_ target: Double, _ throughput: Double?) {
        let start = before ?? (target, fraction)
        before = start
        bitrate = min(bitrate, max(target * (1 - 0.5 * fraction), min(target, 0.9 * (throughput ?? 0))))
        guard bitrate < 0.75 * start.bitrate, fraction > 0.7 * start.fraction, fraction < Self.mostInherent else {
            return
        }
        inherent = fraction
        bitrate = start.bitrate
        before = nil
    }

    /// A probe has got so much through.
    mutating func raise(to carried: Double) { if before == nil { bitrate = max(bitrate, carried) } }

    mutating func limit(_ highest: Double) { bitrate = min(bitrate, highest) }
}
