import Primitives

/// Takes packets that left within 5 ms of each other as one, and compares how far apart two such groups left with how far
/// apart they arrived: that difference is what queues on the way add or take away.
struct ArrivalGroups: Sendable {
    /// Between one group and the one before it.
    struct Change: Sendable {
        var departure: Interval
        var arrival: Interval
        /// When the later group was complete, on the peer's clock.
        var arrivedAt: Interval
    }

    private struct Group: Sendable {
        var firstSent: Instant
        var lastSent: Instant
        var lastArrival: Interval
    }

    private static let burst = Interval.milliseconds(5)
    /// Clocks do not jump as far as that; if it looks so, what was before has no meaning.
    private static let jump = Interval.seconds(3)

    private var current: Group?
    private var previous: Group?

    /// - Parameter arrival: on the peer's clock.
    /// - Returns: the change between the two groups before this packet's, if it starts a new one.
    mutating func add(sentAt: Instant, arrival: Interval) -> Change? {
        guard let group = current else {
            current = Group(firstSent: sentAt, lastSent: sentAt, lastArrival: arrival)
            return nil
        }
        // Reordered on the way: it says nothing about the queue.
        if sentAt < group.firstSent { return nil }
        if sentAt - group.firstSent <= Self.burst {
            current?.lastSent = max(group.lastSent, sentAt)
            current?.lastArrival = max(group.lastArrival, arrival)
            return nil
        }
        current = Group(firstSent: sentAt, lastSent: sentAt, lastArrival: arrival)
        let before = previous
        previous = group
        guard let before else { return nil }
        let change = Change(
            departure: group.lastSent - before.lastSent, arrival: group.lastArrival - before.lastArrival,
            arrivedAt: group.lastArrival)
        guard change.arrival > .zero - Self.jump, change.arrival - change.departure < Self.jump else {
            (current, previous) = (nil, nil)
            return nil
        }
        return change
    }
}
