public import Primitives

/// The shape and pace of a camera's pictures.
public struct VideoFormat: Equatable, Sendable {
    /// Pixels; both even.
    public var width: Int
    public var height: Int
    public var framesPerSecond: Int

    public init(width: Int, height: Int, framesPerSecond: Int) {
        (self.width, self.height, self.framesPerSecond) = (width, height, framesPerSecond)
    }

    /// Bytes of one picture without padding.
    public var frameSize: Int { width * height + 2 * ((width + 1) / 2) * ((height + 1) / 2) }
}

/// One picture from a camera, in a pool slot.
public struct VideoFrame: ~Copyable, Sendable {
    /// The planes, as `layout` says; not to be written to, as the memory may be the camera's.
    public var buffer: PooledBuffer
    public let layout: PictureLayout
    /// When the sensor had it, on the monotonic clock.
    public let capturedAt: Instant
    /// Counts pictures from the opening of the device; a gap is a picture that was lost before us.
    public let sequence: UInt32
    /// Whether it was made from what the camera delivered, and is not the camera's own memory.
    public let isConverted: Bool

    public var width: Int { layout.width }
    public var height: Int { layout.height }

    /// - Precondition: `buffer` holds the whole picture.
    public init(
        buffer: consuming PooledBuffer, layout: PictureLayout, capturedAt: Instant, sequence: UInt32,
        isConverted: Bool = false
    ) {
        precondition(buffer.count >= layout.size, "a picture is whole")
        self.buffer = buffer
        self.layout = layout
        self.capturedAt = capturedAt
        self.sequence = sequence
        self.isConverted = isConverted
    }
}

/// An open camera. It is open from `init` to `deinit`, and the camera LED follows that. One thread.
public protocol VideoSource: AnyObject {
    var format: VideoFormat { get }
    /// The next picture, waiting for it at most until `deadline`. Nil if none came, or no pool slot was free for it.
    func next(until deadline: Instant) throws(DeviceError) -> VideoFrame?
}
