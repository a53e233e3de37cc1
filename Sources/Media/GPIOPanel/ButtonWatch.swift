public import Primitives

/// One button: debounced, and known to be stuck when it is held for too long.
///
/// A button that is down when it is first seen is no press: nobody knows who pressed it, or when.
public struct ButtonWatch: Equatable, Sendable {
    /// From here on a button that is held is stuck.
    public static let stuckAfter = Interval.seconds(30)

    public enum Change: Equatable, Sendable {
        case pressed(at: Instant)
        case released(at: Instant)
        /// Held for `stuckAfter`: broken, or leant on.
        case stuck
        /// Let go after all.
        case freed
    }

    private var debouncer: Debouncer
    private var downSince: Instant?
    /// Down since before anybody looked, so neither its press nor its release counts.
    private var isForeign: Bool
    public private(set) var isStuck = false

    public init(debounce: Interval, isDown: Bool, now: Instant) {
        debouncer = Debouncer(period: debounce, level: isDown)
        downSince = isDown ? now : nil
        isForeign = isDown
    }

    public var isDown: Bool { debouncer.level }

    /// When `advance` must be called at the latest.
    public var nextDeadline: Instant {
        let stuck = isStuck ? nil : downSince.map { $0 + Self.stuckAfter }
        return min(debouncer.nextDeadline, stuck ?? .distantFuture)
    }

    public mutating func edge(isDown: Bool, at now: Instant) -> [Change] {
        let before = debouncer.level
        let moved = debouncer.edge(to: isDown, at: now)
        // Within one call the level moves once only: an edge that settles an earlier one starts anew itself.
        return changes(before, moved, now)
    }

    public mutating func advance(to now: Instant) -> [Change] {
        let before = debouncer.level
        return changes(before, debouncer.advance(to: now), now)
    }

    private mutating func changes(_ before: Bool, _ moved: Instant?, _ now: Instant) -> [Change] {
        var changes: [Change] = []
        if let moved, before != debouncer.level {
            if debouncer.level {
                downSince = moved
                changes.append(.pressed(at: moved))
            } else {
                if !isForeign { changes.append(.released(at: moved)) }
                if isStuck { changes.append(.freed) }
                (downSince, isForeign, isStuck) = (nil, false, false)
            }
        }
        if !isStuck, let downSince, downSince + Self.stuckAfter <= now {
            isStuck = true
            changes.append(.stuck)
        }
        return changes
    }
}
