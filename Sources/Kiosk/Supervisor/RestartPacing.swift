package import Primitives

/// When a process that has ended is started again: soon, each time it dies young after twice as long, and seldom once it
/// dies again and again. A value without a clock.
package struct RestartPacing: Equatable, Sendable {
    package static let firstPause = Interval.milliseconds(100)
    package static let longestPause = Interval.seconds(5)
    /// A process that has lived this long has not died young.
    package static let youth = Interval.seconds(10)
    /// So many deaths within so long are a loop, after which only one start in `rest` is tried.
    package static let loopDeaths = 5
    package static let loopWindow = Interval.seconds(60)
    package static let rest = Interval.seconds(30)

    private var pause = firstPause
    private var deaths: [Instant] = []

    package init() {}

    /// Whether it dies again and again.
    package private(set) var isLooping = false

    /// - Returns: how long to wait before the next start.
    package mutating func ended(startedAt: Instant, now: Instant) -> Interval {
        deaths = deaths.filter { now - $0 < Self.loopWindow } + [now]
        let wasYoung = now - startedAt <= Self.youth
        isLooping = deaths.count >= Self.loopDeaths || (isLooping && wasYoung)
        if isLooping { return Self.rest }
        let next = wasYoung ? pause : Self.firstPause
        pause = min(next * 2, Self.longestPause)
        return next
    }
}
