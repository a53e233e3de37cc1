import CLinux
public import Primitives

/// `CLOCK_MONOTONIC`: what media threads feed to code that takes `now`. It does not jump when the wall clock is set.
public enum MonotonicClock {
    public static func now() -> Instant { Instant(nanoseconds: callpoint_monotonic_ns()) }

    /// Blocks the calling thread. Only for threads that do nothing else.
    public static func sleep(until instant: Instant) { _ = callpoint_sleep_until(instant.nanoseconds) }

    /// Milliseconds since 1970 on the wall clock, for people and for logs.
    public static func wallClockMilliseconds() -> Int64 { callpoint_realtime_ns() / 1_000_000 }
}
