public import Primitives

/// The shape of a camera's pictures: I420 (YU12), planes one after another without padding.
public struct VideoFormat: Equatable, Sendable {
    /// Pixels; both even.
    public var width: Int
    public var height: Int
    public var framesPerSecond: Int

    public init(width: Int, height: Int, framesPerSecond: Int) {
        (self.width, self.height, self.framesPerSecond) = (width, height, framesPerSecond)
    }

    /// Bytes of one picture.
    public var frameSize: Int { width * height + 2 * ((width + 1) / 2) * ((height + 1) / 2) }
}

/// One picture from a camera, in a pool slot.
public struct VideoFrame: ~Copyable, Sendable {
    /// I420: Y (`width`×`height`), U, V (half each way, rounded up), without padding.
    public var buffer: PooledBuffer
    public let width: Int
    public let height: Int
    /// When the sensor had it, on the monotonic clock.
    public let capturedAt: Instant
    /// Counts pictures from the opening of the device; a gap is a picture that was lost before us.
    public let sequence: UInt32

    public init(buffer: consuming PooledBuffer, width: Int, height: Int, capturedAt: Instant, sequence: UInt32) {
        self.buffer = buffer
        self.width = width
        self.height = height
        self.capturedAt = capturedAt
        self.sequence = sequence
    }
}

/// An open camera. It is open from `init` to `deinit`, and the camera LED follows that. One thread.
public protocol VideoSource: AnyObject {
    var format: VideoFormat { get }
    /// The next picture, waiting for it at most until `deadline`. Nil if none came, or no pool slot was free for it.
    func next(until deadline: Instant) throws(DeviceError) -> VideoFrame?
}
