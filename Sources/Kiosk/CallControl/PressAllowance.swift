public import Primitives

/// How many calls one button may start: a button that chatters, or a child, must not ring the clinic all day.
///
/// Only calls count. Whoever presses to end or to answer one is never refused.
public struct PressAllowance: Hashable, Sendable {
    /// In any minute.
    public static let limit = 10
    public static let window = Interval.seconds(60)

    private var granted: [Instant] = []

    public init() {}

    /// Whether a press at `now` may start a call; counts it if so.
    public mutating func admits(at now: Instant) -> Bool {
        granted.removeAll { now - $0 >= Self.window }
        guard granted.count < Self.limit else { return false }
        granted.append(now)
        return true
    }
}
