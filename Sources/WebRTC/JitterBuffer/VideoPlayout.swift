public import Primitives

/// When a frame that is whole is to be seen, so that frames that came late, most of them because something was lost and
/// sent again, do not show as a picture that stops and hurries.
///
/// What is waited for is the lateness that 97 of 100 frames of late kept within (`DelayEstimator`), and so much that the latest of
/// the last fifteen seconds would not have been missed; but 200 ms at the most: a conversation suffers more from delay than
/// from a picture that stops now and then. The delay follows slowly, so that time seems to go a little slower or faster. The
/// quickest frames of five seconds are the measure, whose clock may drift as it likes: nothing adds up over hours. One thread.
public struct VideoPlayout: Sendable {
    public static let maximumDelay = Interval.milliseconds(200)
    /// Longer, and a frame is of another stream or its sender's clock has jumped.
    private static let jump = Interval.seconds(5)
    /// What the delay changes by from one frame to the next.
    private static let rise = Interval.milliseconds(8)
    private static let fall = Interval.milliseconds(1)
    /// So much late a frame may be without a viewer's seeing a pause (`FreezeWatch`: 150 ms).
    private static let unseen = Interval.milliseconds(120)
    private static let memory = Interval.seconds(15)

    /// What is waited for now, after the quickest frame.
    public private(set) var delay = Interval.zero
    private var lateness = DelayEstimator()
    /// The latest frame, and when it was whole; forgotten after `memory`.
    private var latest = (lateness: Interval.zero, at: Instant.zero)
    private var lastTimestamp: UInt32?
    /// 90 kHz, unwrapped.
    private var mediaTime: Int64 = 0

    public init() {}

    /// A frame is whole; each once, in order.
    /// - Parameter timestamp: its RTP time, 90 kHz.
    /// - Returns: not before `completeAt`, and no more than `maximumDelay` after it.
    public mutating func due(timestamp: UInt32, completeAt: Instant) -> Instant {
        if let lastTimestamp { mediaTime += Int64(Int32(bitPattern: timestamp &- lastTimestamp)) }
        lastTimestamp = timestamp
        let captured = mediaTime &* 100_000 / 9
        var transit = completeAt.nanoseconds &- captured
        if let base = lateness.base, abs(Double(transit) - Double(base)) > Self.jump.seconds * 1e9 {
            forget()
            transit = completeAt.nanoseconds
        }
        lateness.observe(transit: transit, duration: .milliseconds(33), now: completeAt)
        let late = Interval(nanoseconds: transit &- (lateness.base ?? transit))
        if late >= latest.lateness || completeAt - latest.at > Self.memory { latest = (late, completeAt) }
        let wanted = min(max(lateness.spread, latest.lateness - Self.unseen), Self.maximumDelay)
        delay = wanted > delay ? min(wanted, delay + Self.rise) : max(wanted, delay - Self.fall)
        return completeAt + max(.zero, delay - late)
    }

    /// Other frames follow.
    public mutating func reset() {
        forget()
        delay = .zero
        lastTimestamp = nil
    }

    private mutating func forget() {
        lateness.reset()
        latest = (.zero, .zero)
        mediaTime = 0
    }
}
