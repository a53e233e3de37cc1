public import Primitives
public import RTP

/// Which frame or packet of a stream was played when.
public struct PlayedMedia: Equatable, Sendable {
    public var timestamp: UInt32
    /// When it is seen or heard.
    public var at: Instant

    public init(timestamp: UInt32, at: Instant) {
        self.timestamp = timestamp
        self.at = at
    }
}

/// How much to delay audio and video so that what was captured together is played together.
///
/// Sender reports tie both streams' RTP times to the sender's one clock (RFC 3550 §6.4.1). Delays change by at most
/// 80 ms an update, stay between zero and a bound, and less than 30 ms apart is let be (nobody sees it).
public struct AVSynchronizer: Equatable, Sendable {
    public static let maximumDelay = Interval.milliseconds(400)
    static let tolerance = Interval.milliseconds(30)
    static let largestStep = Interval.milliseconds(80)
    static let updateInterval = Interval.milliseconds(500)

    /// What audio is to be played later than it could.
    public private(set) var audioDelay = Interval.zero
    /// What video is to be shown later than it could.
    public private(set) var videoDelay = Interval.zero
    /// How much later video was than audio, smoothed; nil before both streams have reported.
    public private(set) var skew: Interval?

    private struct Mapping: Equatable, Sendable {
        var information: SenderInformation?
        let clockRate: UInt32

        /// How much later than the report `timestamp` was captured.
        func sinceReport(_ timestamp: UInt32, _ information: SenderInformation) -> Interval {
            let ticks = Int64(Int32(bitPattern: timestamp &- information.rtpTimestamp))
            return Interval(nanoseconds: ticks * 1_000_000_000 / Int64(clockRate))
        }
    }
    private var audio: Mapping
    private var video: Mapping
    private var lastUpdate: Instant?

    public init(audioClockRate: UInt32 = OpusPayload.clockRate, videoClockRate: UInt32 = 90_000) {
        precondition(audioClockRate > 0 && videoClockRate > 0, "a clock ticks")
        audio = Mapping(information: nil, clockRate: audioClockRate)
        video = Mapping(information: nil, clockRate: videoClockRate)
    }

    public mutating func audioReport(_ information: SenderInformation) { audio.information = information }
    public mutating func videoReport(_ information: SenderInformation) { video.information = information }

    /// Measures and adjusts; at most every half second, other calls do nothing.
    /// - Parameters: what was played last of each stream.
    /// - Returns: whether a delay was changed.
    @discardableResult
    public mutating func update(audio heard: PlayedMedia, video seen: PlayedMedia, now: Instant) -> Bool {
        guard let audioReport = audio.information, let videoReport = video.information else { return false }
        if let lastUpdate, now < lastUpdate + Self.updateInterval { return false }
        lastUpdate = now
        let captured =
            videoReport.ntp.interval(since: audioReport.ntp) + video.sinceReport(seen.timestamp, videoReport)
            - audio.sinceReport(heard.timestamp, audioReport)
        let measured = (seen.at - heard.at) - captured
        // Further off than any path is a sender whose reports do not belong together.
        guard measured > .seconds(-5), measured < .seconds(5) else { return false }
        let smoothed = skew.map { ($0 * 3 + measured) / 4 } ?? measured
        skew = smoothed
        guard smoothed > Self.tolerance || smoothed < .zero - Self.tolerance else { return false }
        let step = max(.zero - Self.largestStep, min(Self.largestStep, smoothed / 2))
        let before = (audioDelay, videoDelay)
        if step > .zero {
            shift(step, shorten: &videoDelay, lengthen: &audioDelay)
        } else {
            shift(.zero - step, shorten: &audioDelay, lengthen: &videoDelay)
        }
        skew = smoothed - step
        return before != (audioDelay, videoDelay)
    }

    /// First takes back what was added to one, then adds to the other.
    private func shift(_ step: Interval, shorten: inout Interval, lengthen: inout Interval) {
        let taken = min(shorten, step)
        shorten = shorten - taken
        lengthen = min(Self.maximumDelay, lengthen + (step - taken))
    }
}
