public import Primitives
public import RTP

/// What to play next.
public enum AudioPlayout: ~Copyable {
    /// Decode this packet.
    case packet(PooledBuffer, RTPHeader, AudioTiming)
    /// Conceal this many samples. With `following` the packet after the lost one is here: ask
    /// `AudioJitterBuffer.withFollowingPayload` for it and decode its in-band FEC instead.
    case conceal(samples: Int, following: Bool)
    /// Nothing was sent for this time: comfort noise of the decoder, or silence.
    case silence(samples: Int)
}

/// How the samples of a packet are to be fitted in.
public struct AudioTiming: Equatable, Sendable {
    /// Samples by which playing lags behind the delay aimed at; negative if it is ahead of it. Leave out as many, or put in,
    /// as the sound allows, and tell `AudioJitterBuffer.scaled`. Zero if nothing is to be done.
    public var surplus = 0
    /// What was played last made up for this packet, which was late: join them where they agree.
    public var followsConcealment = false

    public init(surplus: Int = 0, followsConcealment: Bool = false) {
        (self.surplus, self.followsConcealment) = (surplus, followsConcealment)
    }
}

/// The bounds of an audio jitter buffer.
public struct AudioJitterConfiguration: Equatable, Sendable {
    /// Least and most of the delay aimed at.
    public var minimumDelay = Interval.milliseconds(20)
    public var maximumDelay = Interval.milliseconds(500)
    /// The delay aimed at until enough packets have come to know better.
    public var initialDelay = Interval.milliseconds(40)
    /// Packets held at most, a power of two; the time held is bounded by `maximumDelay` first.
    public var capacity = 256
    public var clockRate: UInt32 = OpusPayload.clockRate

    public init() {}
}
