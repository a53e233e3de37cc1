import Primitives

/// How late packets come compared with the quickest of the last five seconds, and what delay would have let 97 of 100 be
/// in time.
///
/// The share comes from a histogram that forgets within ten seconds, but nothing is asked for that no packet of the last
/// five needed: so much after its end a bad spell is forgotten. Stalls that come again and again are waited for beside
/// that. A clock that runs 200 ppm off moves the least transit time by a millisecond only. Packets out of order count by
/// their lateness like any other. Constant cost, nothing allocated after `init`.
struct DelayEstimator: Sendable {
    static let slices = 10
    static let sliceLength = Interval.milliseconds(500)
    /// The share of packets that may be late.
    static let tail = 0.03

    private struct Slice: Sendable {
        var least = Int64.max
        var most = Int64.min
    }
    private var recent = [Slice](repeating: Slice(), count: Self.slices)
    private var slice = 0
    private var sliceEnd: Instant?
    private var histogram = LatenessHistogram()
    private var stalls = StallWatch()

    /// The least transit time, in nanoseconds of an arbitrary origin; nil before any packet.
    private(set) var base: Int64?
    /// Packets that the estimate rests on.
    private(set) var observations = 0
    /// The lateness to be prepared for.
    private(set) var spread = Interval.zero

    /// Notes a packet of `duration` that took `transit` nanoseconds (arrival less media time, of an arbitrary origin).
    mutating func observe(transit: Int64, duration: Interval, now: Instant) {
        advance(to: now)
        recent[slice].least = min(recent[slice].least, transit)
        recent[slice].most = max(recent[slice].most, transit)
        let base = min(self.base ?? transit, transit)
        self.base = base
        observations = min(observations + 1, 1_000_000)
        let lateness = Interval(nanoseconds: transit &- base)
        histogram.add(lateness, duration: duration)
        let usual = min(histogram.quantile(tail: Self.tail), latest)
        stalls.observe(lateness, expected: usual, now: now)
        spread = max(usual, stalls.height(now: now))
    }

    /// The greatest lateness of the last slices, rounded up as the histogram does.
    private var latest: Interval {
        var most = Int64.min
        for slice in recent { most = max(most, slice.most) }
        guard let base, most > base else { return .zero }
        let width = LatenessHistogram.binWidth
        return width * (1 + (most &- base) / width.nanoseconds)
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
            recent[slice] = Slice()
        }
        sliceEnd = end + Self.sliceLength * steps
        var lowest = Int64.max
        for slice in recent { lowest = min(lowest, slice.least) }
        // After a pause longer than the window the old base is the best guess there is.
        if lowest != .max { base = lowest }
    }

    mutating func reset() {
        for i in recent.indices { recent[i] = Slice() }
        histogram.reset()
        stalls.reset()
        observations = 0
        spread = .zero
        base = nil
        sliceEnd = nil
    }
}
