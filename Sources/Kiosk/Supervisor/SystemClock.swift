import Glibc
import LinuxIO
public import Primitives

/// `CLOCK_MONOTONIC`, which the media process stamps with as well, and the wall clock.
public struct SystemClock: SupervisorClock {
    public init() {}

    public func now() -> Instant { MonotonicClock.now() }

    public func sleep(until instant: Instant) async throws {
        let left = (instant - now()).nanoseconds
        guard left > 0 else { return try Task.checkCancellation() }
        try await Task.sleep(nanoseconds: UInt64(left))
    }

    public func wallClockMilliseconds() -> Int64 { MonotonicClock.wallClockMilliseconds() }

    public func timeOfDay() -> String {
        var seconds = time(nil)
        var parts = tm()
        localtime_r(&seconds, &parts)
        func two(_ n: Int32) -> String { (n < 10 ? "0" : "") + String(n) }
        return "\(two(parts.tm_hour)):\(two(parts.tm_min))"
    }
}
