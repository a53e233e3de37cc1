public import Primitives

/// Tells a short press from a long one, where there is a difference: while a call rings, a short press answers and a
/// long one refuses, so a press counts when it ends or has become long. Everywhere else it counts at once.
public struct ButtonReader: Hashable, Sendable {
    /// From here on a press is long.
    public static let long = Interval.milliseconds(800)

    private var downSince: Instant?

    public init() {}

    /// When `advance` must be called at the latest.
    public var nextDeadline: Instant { downSince.map { $0 + Self.long } ?? .distantFuture }

    /// - Parameter isRinging: whether a call rings now.
    public mutating func press(isRinging: Bool, now: Instant) -> CallInput? {
        guard isRinging else { return .pressed }
        if downSince == nil { downSince = now }
        return nil
    }

    public mutating func release(now: Instant) -> CallInput? {
        guard let since = downSince else { return nil }
        downSince = nil
        return now - since < Self.long ? .pressed : .held
    }

    public mutating func advance(to now: Instant) -> CallInput? {
        guard nextDeadline <= now else { return nil }
        downSince = nil
        return .held
    }

    /// The call that the press was about is gone: it means nothing any more.
    public mutating func forget() { downSince = nil }
}
