public import Primitives

/// A level that counts once it has stood still for a while; a value driven by edges and time.
///
/// With a period of zero every edge counts: the kernel has debounced it already.
public struct Debouncer: Equatable, Sendable {
    /// 5–30 ms where the kernel does not debounce.
    public let period: Interval
    /// What counts now.
    public private(set) var level: Bool
    private var candidate: Bool
    private var since: Instant?

    public init(period: Interval, level: Bool) {
        (self.period, self.level, candidate) = (period, level, level)
    }

    /// When `advance` must be called at the latest.
    public var nextDeadline: Instant { since.map { $0 + period } ?? .distantFuture }

    /// - Returns: the time of the change, if the level that counts has changed.
    public mutating func edge(to level: Bool, at now: Instant) -> Instant? {
        var changed = advance(to: now)
        candidate = level
        // Back where it was: a spike, which never counts.
        since = level == self.level ? nil : now
        if period == .zero, since != nil { changed = advance(to: now) }
        return changed
    }

    /// - Returns: when the level changed, if it has stood still since.
    public mutating func advance(to now: Instant) -> Instant? {
        guard let began = since, began + period <= now else { return nil }
        since = nil
        level = candidate
        return began
    }
}
