public import Primitives
public import RTP

/// What to play next.
public enum AudioPlayout: ~Copyable {
    /// Decode this packet. With `tempo` other than `.normal` its samples are to be played faster or slower.
    case packet(PooledBuffer, RTPHeader, tempo: AudioTempo)
    /// Conceal this many samples. With `following` the packet after the lost one is here: ask
    /// `AudioJitterBuffer.withFollowingPayload` for it and decode its in-band FEC instead.
    case conceal(samples: Int, following: Bool)
    /// Nothing was sent for this time: comfort noise of the decoder, or silence.
    case silence(samples: Int)
}

/// How a consumer that can stretch time is to play.
public enum AudioTempo: Equatable, Sendable {
    case normal
    /// More is buffered than wanted.
    case faster
    /// Less is buffered than wanted.
    case slower
}

/// The bounds of an audio jitter buffer.
public struct AudioJitterConfiguration: Equatable, Sendable {
    /// Least and most of the delay aimed at.
    public var minimumDelay = Interval.milliseconds(20)
    public var maximumDelay = Interval.milliseconds(500)
    /// The delay aimed at until enough packets have come to know better.
    public var initialDelay = Interval.milliseconds(40)
    /// The consumer follows `AudioTempo`; otherwise the buffer itself leaves packets out and inserts concealment.
    public var consumerScalesTime = false
    /// Packets held at most, a power of two; the time held is bounded by `maximumDelay` first.
    public var capacity = 256
    public var clockRate: UInt32 = OpusPayload.clockRate

    public init() {}
}
