import Primitives

/// When the network is looked at next: now and then, and soon after the machine's addresses have become others.
///
/// All of it is drawn at random within bounds, so that kiosks which got their power or their network back together do not
/// all ask the same servers together.
struct CheckSchedule {
    private(set) var due: Instant
    private let interval: Interval
    private var random: RandomSource

    /// - Parameter interval: from one look to the next, give or take a quarter; zero for never.
    init(every interval: Interval, random: RandomSource, now: Instant) {
        (self.interval, self.random, due) = (interval, random, .distantFuture)
        if interval > .zero { due = now + wait(10...70) }
    }

    /// A look begins.
    mutating func began(at now: Instant) {
        guard interval > .zero else { return }
        due = now + .nanoseconds(Int64.random(in: 0...interval.nanoseconds / 2, using: &random)) + interval * 3 / 4
    }

    mutating func addressesChanged(at now: Instant) {
        guard interval > .zero else { return }
        due = min(due, now + wait(5...20))
    }

    /// Something was wrong that may have been chance.
    mutating func lookAgain(at now: Instant) {
        guard interval > .zero else { return }
        due = min(due, now + wait(15...25))
    }

    /// A call could not be connected.
    mutating func callFailed(at now: Instant) { lookAgain(at: now) }

    /// Not as soon as it is over: the next one may follow at once.
    mutating func callEnded(at now: Instant) { due = max(due, now + wait(10...20)) }

    private mutating func wait(_ seconds: ClosedRange<Int64>) -> Interval {
        .milliseconds(Int64.random(in: seconds.lowerBound * 1000...seconds.upperBound * 1000, using: &random))
    }
}
