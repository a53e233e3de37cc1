public import Primitives

/// Keeps one sound card in step with the monotonic clock.
///
/// A card counts samples by a crystal of its own, 200 ppm off at the worst, 0.7 s in an hour. Each end is resampled so that the engine's
/// side of it runs at 48 kHz of the monotonic clock: then microphone and speaker are in step with each other too, however many
/// crystals there are, and nothing queues up over the hours. This is the loop that finds the factor: it compares how far the card has come
/// with how far it should be, and turns the factor until the difference is gone (a second-order phase-locked loop).
///
/// A value driven by observations; one thread.
public struct SampleClock: Sendable {
    /// Engine samples for each of the card's, at equal nominal rates; a fast card's is below 1.
    public private(set) var factor = 1.0
    /// By how much the card was ahead when it was last observed, filtered.
    public private(set) var error = Interval.zero
    /// How often the position jumped, because samples were lost.
    public private(set) var jumps = 0

    private var anchor: Instant?
    private var last = Instant.zero
    private var observations = 0
    private var filtered = 0.0
    private var integral = 0.0

    /// A loop of 0.1 rad/s, critically damped: half a minute until it holds, and an error of 200 ppm moves it by 0.7 ms.
    private static let proportional = 0.2
    private static let integrating = 0.01
    private static let smoothing = 0.5
    private static let integralLimit = 0.0005
    private static let limit = 0.001
    /// The first half second settles where the timeline begins, as single observations are off by a scheduling delay.
    private static let settling = 50
    /// Further than a card drifts unseen: samples were lost.
    private static let jump = 0.03

    public init() {}

    /// Begins a new timeline; the card's rate stays known.
    public mutating func restart() {
        (anchor, observations, filtered) = (nil, 0, 0)
        error = .zero
    }

    /// - Parameters:
    ///   - position: engine samples that the card had captured or played by `instant`, counted from any start.
    /// - Returns: whether the timeline begins anew here.
    @discardableResult
    public mutating func observe(position: Double, at instant: Instant) -> Bool {
        guard position.isFinite else { return false }
        let samples = min(max(position, -1e13), 1e13)
        guard let start = anchor else {
            begin(samples, instant)
            return true
        }
        let ahead = samples / 48_000 - (instant - start).seconds
        if abs(ahead) > Self.jump {
            jumps += 1
            begin(samples, instant)
            return true
        }
        if observations < Self.settling {
            observations += 1
            anchor = start - Interval.nanoseconds(Int64(ahead * 1e9 / Double(observations + 1)))
            last = instant
            return false
        }
        let passed = min(max((instant - last).seconds, 0), 0.1)
        last = instant
        filtered += (ahead - filtered) * min(1, passed / Self.smoothing)
        integral += Self.integrating * filtered * passed
        integral = min(max(integral, -Self.integralLimit), Self.integralLimit)
        let correction = Self.proportional * filtered + integral
        factor = 1 - min(max(correction, -Self.limit), Self.limit)
        error = .nanoseconds(Int64(filtered * 1e9))
        return false
    }

    /// When engine sample `position` is captured or heard.
    public func time(of position: Double) -> Instant {
        let samples = position.isFinite ? min(max(position, -1e13), 1e13) : 0
        return (anchor ?? .zero) + .nanoseconds(Int64(samples / 48_000 * 1e9))
    }

    private mutating func begin(_ position: Double, _ instant: Instant) {
        anchor = instant - Interval.nanoseconds(Int64(position / 48_000 * 1e9))
        (last, observations, filtered, error) = (instant, 0, 0, .zero)
    }
}
