import JitterBuffer
import Primitives
import RTP

/// The peer's audio stream, of which the newest source counts.
struct AudioReceiver {
    var ssrc: UInt32?
    var unwrapper = SequenceUnwrapper()
    var reception = ReceptionState(clockRate: 48_000)
    var statistics = InboundRTPStatistics()
    var lastPacket: Instant?

    mutating func follow(_ source: UInt32) {
        self = AudioReceiver()
        ssrc = source
    }
}

/// The peer's video stream, of which the newest source counts, up to whole frames.
struct VideoReceiver: ~Copyable {
    var ssrc: UInt32?
    var unwrapper = SequenceUnwrapper()
    var reception = ReceptionState(clockRate: 90_000)
    var statistics = InboundRTPStatistics()
    var losses = NACKGenerator()
    var frames: VideoFrameBuffer
    var recovery = ULPFECRecovery()
    /// When the peer last sent a packet in RED, or one that repairs others.
    var lastRED: Instant?
    var lastParity: Instant?
    var keyFrameRequests = KeyFrameRequestLimiter()
    var intraRequestNumber: UInt8 = 0
    var lastPacket: Instant?
    /// `frames` has not said yet that nothing is ready.
    var mayHaveFrames = false

    /// - Parameter share: packets that may be held at the most.
    init(frames: BufferPool, share: Int) {
        self.frames = VideoFrameBuffer(capacity: powerOfTwo(notAbove: min(512, share)), frames: frames)
    }

    mutating func follow(_ source: UInt32?) {
        ssrc = source
        unwrapper.reset()
        reception = ReceptionState(clockRate: 90_000)
        statistics = InboundRTPStatistics()
        losses.reset()
        frames.reset()
        recovery.reset()
        (lastRED, lastParity) = (nil, nil)
        keyFrameRequests = KeyFrameRequestLimiter()
        lastPacket = nil
        mayHaveFrames = false
    }

    var nextDeadline: Instant {
        min(losses.nextDeadline, frames.nextDeadline, keyFrameRequests.nextDeadline)
    }
}
