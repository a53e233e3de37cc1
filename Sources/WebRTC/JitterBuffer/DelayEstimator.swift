import Primitives

/// How late packets come compared with the quickest of the last five seconds, and what delay would have let 98 of 100 be
/// in time.
///
/// Ten slices of half a second, each with its least transit time and a histogram of lateness in 5 ms steps. Old slices
/// fall out whole, so that a bad spell is forgotten five seconds after it ended, and a clock that runs 200 ppm off
/// moves the least by a millisecond only. Constant cost, nothing allocated after `init`.
struct DelayEstimator: Sendable {
    static let binWidth = Interval.milliseconds(5)
    static let bins = 128
    static let slices = 10
    static let sliceLength = Interval.milliseconds(500)

    private var least: [Int64]
    private var counts: [UInt16]
    private var sums: [Int]
    private var total = 0
    private var slice = 0
    private var sliceEnd: Instant?

    init() {
        least = Array(repeating: .max, count: Self.slices)
        counts = Array(repeating: 0, count: Self.slices * Self.bins)
        sums = Array(repeating: 0, count: Self.bins)
    }

    /// The least transit time, in nanoseconds of an arbitrary origin; nil before any packet.
    private(set) var base: Int64?
    /// Packets that the estimate rests on.
    var observations: Int { total }

    /// Notes a packet that took `transit` nanoseconds (arrival less media time, of an arbitrary origin).
    mutating func observe(transit: Int64, now: Instant) {
        advance(to: now)
        least[slice] = min(least[slice], transit)
        let base = min(self.base ?? transit, transit)
        self.base = base
        let bin = Int(min(Int64(Self.bins - 1), (transit - base) / Self.binWidth.nanoseconds))
        guard counts[slice * Self.bins + bin] < .max else { return }
        counts[slice * Self.bins + bin] += 1
        sums[bin] += 1
        total += 1
        spread = lateness()
    }

    private mutating func advance(to now: Instant) {
        guard let end = sliceEnd else {
            sliceEnd = now + Self.sliceLength
            return
        }
        guard now >= end else { return }
        let steps = 1 + (now - end).nanoseconds / Self.sliceLength.nanoseconds
        for _ in 0..<min(steps, Int64(Self.slices)) {
            slice = (slice + 1) % Self.slices
            least[slice] = .max
            for bin in 0..<Self.bins {
                let count = Int(counts[slice * Self.bins + bin])
                counts[slice * Self.bins + bin] = 0
                sums[bin] -= count
                total -= count
            }
        }
        sliceEnd = end + Self.sliceLength * steps
        var lowest = Int64.max
        for value in least { lowest = min(lowest, value) }
        // After a pause longer than the window the old base is the best guess there is.
        if lowest != .max { base = lowest }
    }

    /// The lateness that 98 of 100 packets kept within.
    private(set) var spread = Interval.zero

    private func lateness() -> Interval {
        let allowed = total / 50
        var late = 0
        var bin = Self.bins - 1
        while bin > 0 {
            late += sums[bin]
            if late > allowed { break }
            bin -= 1
        }
        return bin == 0 ? .zero : Self.binWidth * Int64(bin + 1)
    }

    mutating func reset() {
        for i in least.indices { least[i] = .max }
        for i in counts.indices { counts[i] = 0 }
        for i in sums.indices { sums[i] = 0 }
        total = 0
        spread = .zero
        base = nil
        sliceEnd = nil
    }
}
