import Primitives

/// How long packets wait in queues on the way: the least that any took of late less the least that any took in the last ten
/// seconds. A queue holds every packet up; what jitter does to one it does not do to all of them.
///
/// Slices of two seconds fall out whole, so that clocks that drift apart by 200 ppm are off by two milliseconds.
struct QueueDelay: Sendable {
    private static let slices = 5
    private static let slice = Interval.seconds(2)

    private var least = [Int64](repeating: .max, count: Self.slices)
    private var current = 0
    private var sliceEnd: Instant?
    private var lowest = Int64.max
    private var recent = RecentTransit()
    /// Of single packets, smoothed, in nanoseconds.
    private var wait = 0.0

    /// Zero before any packet.
    var value: Interval {
        guard lowest != .max, let now = recent.least else { return .zero }
        return .nanoseconds(min(10_000_000_000, max(0, now &- lowest)))
    }

    /// How much longer than `value` a packet takes on average.
    var jitter: Interval { .nanoseconds(max(0, Int64(min(10e9, wait)) - value.nanoseconds)) }

    mutating func add(sentAt: Instant, arrival: Interval, now: Instant) {
        // Both clocks start where they like; the difference of their differences does not.
        let transit = arrival.nanoseconds &- sentAt.nanoseconds
        turn(now)
        // A clock that jumped makes all that was before meaningless.
        if lowest != .max, transit &- lowest > 10_000_000_000 || lowest &- transit > 10_000_000_000 { reset() }
        least[current] = min(least[current], transit)
        lowest = min(lowest, transit)
        recent.add(transit, sentAt: sentAt)
        wait += (Double(max(0, transit &- lowest)) - wait) / 32
    }

    private mutating func turn(_ now: Instant) {
        guard let end = sliceEnd else {
            sliceEnd = now + Self.slice
            return
        }
        guard now >= end else { return }
        sliceEnd = now + Self.slice
        current = (current + 1) % Self.slices
        least[current] = .max
        var lowest = Int64.max
        for value in least { lowest = min(lowest, value) }
        if lowest != .max { self.lowest = lowest }
    }

    mutating func reset() {
        for i in least.indices { least[i] = .max }
        lowest = .max
        recent.reset()
        wait = 0
    }
}
