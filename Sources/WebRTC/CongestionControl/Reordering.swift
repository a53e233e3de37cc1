import Primitives

/// How far packets overtake each other on the way, from when they arrived.
///
/// A receiver that asks at the first gap asks on such a path for packets that are about to arrive. Whoever waits for the feedback
/// that says so need not send them again.
struct Reordering: Sendable {
    /// Of all packets so many have to be overtaken before it is thought a habit of the path.
    private static let share = 0.05
    /// Packets over which that is counted, half of it by the last third.
    private static let memory = 200.0
    static let longestDelay = Interval.milliseconds(100)
    private static let usualPause = Interval.milliseconds(50)

    private var newest: (sequence: Int64, arrival: Interval)?
    private var overtaken = 0.0
    /// By how much overtaken packets came late, and how long after one feedback the next comes; means.
    private var lateness = Interval.zero
    private var pause = usualPause
    private var lastFeedback: Instant?

    /// How long a packet that is missing may be on its way still, or be there without our knowing; zero where packets hardly
    /// overtake each other.
    var delay: Interval { overtaken < Self.share ? .zero : min(lateness + pause, Self.longestDelay) }

    /// A packet arrived; each one is told of once, in any order.
    mutating func add(_ sequence: Int64, arrival: Interval) {
        guard let (last, lastArrival) = newest else { return newest = (sequence, arrival) }
        // Either this one was overtaken by the newest, or the newest by this one.
        let late = sequence < last ? arrival - lastArrival : lastArrival - arrival
        if sequence > last { newest = (sequence, arrival) }
        overtaken += ((late > .zero ? 1 : 0) - overtaken) / Self.memory
        if late > .zero { lateness = lateness + (min(late, Self.longestDelay) - lateness) / 16 }
    }

    /// A feedback has been read.
    mutating func concludeFeedback(now: Instant) {
        if let last = lastFeedback { pause = pause + (min(now - last, Self.longestDelay) - pause) / 16 }
        lastFeedback = now
    }
}
