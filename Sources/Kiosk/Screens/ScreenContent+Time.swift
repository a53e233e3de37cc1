import CallControl
import Primitives

extension ScreenContent {
    /// When the screen will next look otherwise by itself, after `now`; `distantFuture` if it rests.
    ///
    /// What moves steadily does so twenty times a second at the most, which is enough for slow rings and breaths.
    func nextChange(after now: Instant, connectingDelay: Interval) -> Instant {
        switch call.phase {
        case .idle, .ended: return .distantFuture
        case .ringingIn(_, _, let opens?, _):
            return now < opens ? min(opens, now + Self.ringStep) : .distantFuture
        case .ringingIn, .ringingOut: return now + Self.breathStep
        case .connecting(_, let since):
            let shown = since + connectingDelay
            return now < shown ? shown : now + Self.breathStep
        case .inCall(_, let since, _):
            let gone = max(0, (now - since).nanoseconds)
            return now + .nanoseconds(1_000_000_000 - gone % 1_000_000_000)
        }
    }

    private static let ringStep = Interval.milliseconds(50)
    private static let breathStep = Interval.milliseconds(100)
}
