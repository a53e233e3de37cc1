/// A point on the monotonic clock of whoever drives the code, in nanoseconds since an arbitrary start.
///
/// Nothing in the engine reads a clock: each entry takes `now`, so that an hour of call runs in a second of test
/// and any run replays. In production the start is `CLOCK_MONOTONIC`'s, which the kernel also stamps packets with.
public struct Instant: Comparable, Hashable, Sendable {
    public var nanoseconds: Int64

    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Later than any instant that will come; a deadline that is not set.
    public static let distantFuture = Instant(nanoseconds: .max)
    public static let zero = Instant(nanoseconds: 0)

    @inlinable public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }
    /// Saturates: `distantFuture` plus anything stays `distantFuture`.
    @inlinable public static func + (a: Instant, b: Interval) -> Instant {
        Instant(nanoseconds: saturatingAdd(a.nanoseconds, b.nanoseconds))
    }
    @inlinable public static func - (a: Instant, b: Interval) -> Instant {
        a + Interval(nanoseconds: 0 &- b.nanoseconds)
    }
    @inlinable public static func - (a: Instant, b: Instant) -> Interval {
        Interval(nanoseconds: saturatingAdd(a.nanoseconds, 0 &- b.nanoseconds))
    }
    @inlinable public static func += (a: inout Instant, b: Interval) { a = a + b }
}

/// A length of time in nanoseconds; may be negative.
public struct Interval: Comparable, Hashable, Sendable {
    public var nanoseconds: Int64

    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    @inlinable public static func nanoseconds(_ n: Int64) -> Interval { Interval(nanoseconds: n) }
    @inlinable public static func microseconds(_ n: Int64) -> Interval {
        Interval(nanoseconds: saturatingMultiply(n, 1_000))
    }
    @inlinable public static func milliseconds(_ n: Int64) -> Interval {
        Interval(nanoseconds: saturatingMultiply(n, 1_000_000))
    }
    @inlinable public static func seconds(_ n: Int64) -> Interval {
        Interval(nanoseconds: saturatingMultiply(n, 1_000_000_000))
    }
    public static let zero = Interval(nanoseconds: 0)

    @inlinable public var microseconds: Int64 { nanoseconds / 1_000 }
    @inlinable public var milliseconds: Int64 { nanoseconds / 1_000_000 }
    @inlinable public var seconds: Double { Double(nanoseconds) / 1e9 }

    @inlinable public static func < (a: Interval, b: Interval) -> Bool { a.nanoseconds < b.nanoseconds }
    @inlinable public static func + (a: Interval, b: Interval) -> Interval {
        Interval(nanoseconds: saturatingAdd(a.nanoseconds, b.nanoseconds))
    }
    @inlinable public static func - (a: Interval, b: Interval) -> Interval {
        Interval(nanoseconds: saturatingAdd(a.nanoseconds, 0 &- b.nanoseconds))
    }
    @inlinable public static func * (a: Interval, b: Int64) -> Interval {
        Interval(nanoseconds: saturatingMultiply(a.nanoseconds, b))
    }
    @inlinable public static func / (a: Interval, b: Int64) -> Interval {
        Interval(nanoseconds: b == 0 ? .max : a.nanoseconds / b)
    }
}

// Times computed from what a peer sent must not trap, so arithmetic on time never does.
@usableFromInline func saturatingAdd(_ a: Int64, _ b: Int64) -> Int64 {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? (b < 0 ? .min : .max) : sum
}
@usableFromInline func saturatingMultiply(_ a: Int64, _ b: Int64) -> Int64 {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? ((a < 0) != (b < 0) ? .min : .max) : product
}
