/// What became of an audio stream, by W3C webrtc-stats names (RTCInboundRtpStreamStats); samples are at the RTP clock.
public struct AudioJitterStatistics: Equatable, Sendable {
    /// Seconds from arrival to playing, summed over the samples played.
    public var jitterBufferDelay: Double = 0
    public var jitterBufferEmittedCount: UInt64 = 0
    /// The delay aimed at, in seconds, summed over the samples played.
    public var jitterBufferTargetDelay: Double = 0
    /// The same without what was asked for from outside, to be in step with video.
    public var jitterBufferMinimumDelay: Double = 0
    /// All samples given out, silence and concealment too.
    public var totalSamplesReceived: UInt64 = 0
    public var concealedSamples: UInt64 = 0
    /// Of the concealed ones, those after concealment had faded out.
    public var silentConcealedSamples: UInt64 = 0
    public var concealmentEvents: UInt64 = 0
    public var insertedSamplesForDeceleration: UInt64 = 0
    public var removedSamplesForAcceleration: UInt64 = 0
    /// Packets that carried the one before them; and those of them whose one before had come, or that came too late for it.
    public var fecPacketsReceived: UInt64 = 0
    public var fecPacketsDiscarded: UInt64 = 0
    /// Packets that came too late or more than the buffer may hold.
    public var packetsDiscarded: UInt64 = 0
    public var latePackets: UInt64 = 0
    public var duplicatePackets: UInt64 = 0
    public var malformedPackets: UInt64 = 0
    /// Times when the stream was taken up anew.
    public var restarts: UInt64 = 0

    public init() {}
}
