import Primitives

/// How late packets were, in steps of 5 ms, with what is long past counting less.
///
/// Instead of shrinking all counts with each packet, what a new packet counts grows; all are scaled down together once
/// in a long while. While few packets have been seen all count nearly alike, so that the first seconds are learnt fast.
struct LatenessHistogram: Sendable {
    static let binWidth = Interval.milliseconds(5)
    static let bins = 200
    /// After this long a packet counts 1/e of a new one.
    static let memory = Interval.seconds(10)
    private static let heaviest = 1e12

    private var counts = [Double](repeating: 0, count: Self.bins)
    private var total = 0.0
    private var weight = 1.0

    /// Notes a packet that was `lateness` late and lasts `duration`.
    mutating func add(_ lateness: Interval, duration: Interval) {
        let bin = Int(max(0, min(Int64(Self.bins - 1), lateness.nanoseconds / Self.binWidth.nanoseconds)))
        weight *= 1 + Double(duration.nanoseconds) / Double(Self.memory.nanoseconds)
        counts[bin] += weight
        total += weight
        if weight > Self.heaviest { scaleDown() }
    }

    /// The lateness within which a share of `1 - tail` of the packets kept; zero if all were within the first step.
    func quantile(tail: Double) -> Interval {
        let allowed = total * tail
        var late = 0.0
        var bin = Self.bins - 1
        while bin > 0 {
            late += counts[bin]
            if late > allowed { break }
            bin -= 1
        }
        return bin == 0 ? .zero : Self.binWidth * Int64(bin + 1)
    }

    mutating func reset() {
        for bin in counts.indices { counts[bin] = 0 }
        (total, weight) = (0, 1)
    }

    private mutating func scaleDown() {
        for bin in counts.indices { counts[bin] /= weight }
        total /= weight
        weight = 1
    }
}
