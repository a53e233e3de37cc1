import CLinux
import Glibc
public import Primitives

/// One deadline on the monotonic clock that an `EpollSet` can wait for.
public struct TimerFD: ~Copyable, Sendable {
    private let descriptor: FileDescriptor
    private var deadline = Instant.distantFuture

    public init() throws(SystemError) {
        descriptor = try FileDescriptor(callpoint_timerfd(), "make a timerfd")
    }

    public var raw: Int32 { descriptor.raw }

    /// Fires at `instant`, at once if that has passed, never for `.distantFuture`.
    public mutating func set(_ instant: Instant) {
        guard instant != deadline else { return }
        deadline = instant
        _ = callpoint_timerfd_set(descriptor.raw, instant.nanoseconds)
    }

    public mutating func drain() {
        var count: UInt64 = 0
        _ = read(descriptor.raw, &count, 8)
        deadline = .distantFuture
    }
}
