import Primitives

/// How long packets wait in queues on the way: what they take less the least that any took in the last ten seconds.
///
/// Slices of two seconds fall out whole, so that clocks that drift apart by 200 ppm are off by two milliseconds.
struct QueueDelay: Sendable {
    private static let slices = 5
    private static let slice = Interval.seconds(2)

    private var least = [Int64](repeating: .max, count: Self.slices)
    private var current = 0
    private var sliceEnd: Instant?
    private var lowest = Int64.max
    /// Smoothed; zero before any packet.
    private(set) var value = Interval.zero

    mutating func add(sentAt: Instant, arrival: Interval, now: Instant) {
        // Both clocks start where they like; the difference of their differences does not.
        let transit = arrival.nanoseconds &- sentAt.nanoseconds
        turn(now)
        // A clock that jumped makes all that was before meaningless.
        if lowest != .max, transit &- lowest > 10_000_000_000 || lowest &- transit > 10_000_000_000 { reset() }
        least[current] = min(least[current], transit)
        lowest = min(lowest, transit)
        let wait = Double(min(10_000_000_000, max(0, transit &- lowest)))
        value = .nanoseconds(Int64(Double(value.nanoseconds) * 0.8 + wait * 0.2))
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
        value = .zero
    }
}
