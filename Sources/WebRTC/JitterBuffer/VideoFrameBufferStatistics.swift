/// What became of a video stream's packets and frames. Names that W3C webrtc-stats has are its.
public struct VideoFrameBufferStatistics: Equatable, Sendable {
    /// Whole frames returned.
    public var framesAssembled: UInt64 = 0
    public var keyFramesAssembled: UInt64 = 0
    /// Frames of which something had come, given up.
    public var framesDropped: UInt64 = 0
    /// Times when waiting ended with a request for a key frame.
    public var gapsGivenUp: UInt64 = 0
    public var latePackets: UInt64 = 0
    public var duplicatePackets: UInt64 = 0
    public var malformedPackets: UInt64 = 0
    /// Times when no slot was free for a whole frame.
    public var poolRefusals: UInt64 = 0
    /// Frames larger than a slot of the frame pool.
    public var oversizedFrames: UInt64 = 0
    /// Seconds from the first packet to the whole frame, summed over `framesAssembled`.
    public var totalAssemblyTime: Double = 0
    /// Frames made of more than one packet.
    public var framesAssembledFromMultiplePackets: UInt64 = 0

    public init() {}
}
