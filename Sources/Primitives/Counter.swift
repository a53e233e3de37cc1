import Synchronization

/// A number that only grows, raised from any thread and read from any other.
public final class Counter: Sendable {
    private let value = Atomic<UInt64>(0)

    public init() {}
    public func increment(by n: UInt64 = 1) { value.wrappingAdd(n, ordering: .relaxed) }
    public var count: UInt64 { value.load(ordering: .relaxed) }
}

/// The newest value of something that goes up and down (a level, a target), written by one thread and read by any.
public final class Gauge: Sendable {
    private let value: Atomic<Int64>

    public init(_ initial: Int64 = 0) { value = Atomic(initial) }
    public func set(_ new: Int64) { value.store(new, ordering: .releasing) }
    public var current: Int64 { value.load(ordering: .acquiring) }
    /// Sets `new` and returns what was there before.
    public func exchange(_ new: Int64) -> Int64 { value.exchange(new, ordering: .acquiringAndReleasing) }
}
