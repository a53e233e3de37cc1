public import Devices
import LinuxIO
public import Primitives

/// A camera made of software: the moving test picture, or a Y4M file's pictures in a loop, at a steady rate in real time.
///
/// `VirtualCamera` draws straight into the pool slot that it hands on. One thread.
public final class VirtualCamera: VideoSource {
    /// What the camera shows.
    public enum Picture: Sendable, Equatable {
        case pattern
        case y4m(path: String)
    }

    public let format: VideoFormat
    private enum Content {
        case pattern(TestPattern)
        case file(Y4MFile)
    }
    private let content: Content
    private let layout: PictureLayout
    private let frames: BufferPool
    private let start: Instant
    private let interval: Interval
    private var number: UInt32 = 0

    /// - Throws: `.notFound` or `.unsupported` for the file.
    public init(_ picture: Picture, format: VideoFormat, frames: BufferPool) throws(DeviceError) {
        self.frames = frames
        switch picture {
        case .pattern:
            content = .pattern(TestPattern(width: format.width, height: format.height))
            self.format = format
        case .y4m(let path):
            let file = try Self.open(path)
            content = .file(file)
            self.format = VideoFormat(width: file.width, height: file.height, framesPerSecond: file.framesPerSecond)
        }
        guard let layout = PictureLayout(format: .i420, width: self.format.width, height: self.format.height) else {
            throw .unsupported("there are no pictures of \(self.format.width)x\(self.format.height)")
        }
        self.layout = layout
        guard frames.slotSize >= layout.size else {
            throw .unsupported("pictures of \(layout.size) bytes do not fit slots of \(frames.slotSize)")
        }
        start = MonotonicClock.now()
        interval = .nanoseconds(1_000_000_000 / Int64(max(1, self.format.framesPerSecond)))
    }

    static func open(_ path: String) throws(DeviceError) -> Y4MFile {
        do { return try Y4MFile(path: path) } catch {
            switch error {
            case .cannotOpen(let errno): throw .failed(errno: errno, operation: "open \(path)")
            case .notY4M(let why): throw .unsupported("\(path) \(why)")
            }
        }
    }

    public func next(until deadline: Instant) throws(DeviceError) -> VideoFrame? {
        let due = start + interval * Int64(number)
        guard due <= deadline else {
            MonotonicClock.sleep(until: deadline)
            return nil
        }
        MonotonicClock.sleep(until: due)
        // After a stall the camera goes on from now: a sensor does not deliver the pictures nobody fetched.
        let late = (MonotonicClock.now() - due).nanoseconds / interval.nanoseconds
        number &+= UInt32(clamping: late)
        let sequence = number
        number &+= 1
        guard var buffer = try? frames.take() else { return nil }
        let now = MonotonicClock.now()
        buffer.setCount(layout.size)
        switch content {
        case .pattern(let pattern):
            buffer.withUnsafeMutableBytes { bytes in
                var pixels = MutableSpan<UInt8>(_unsafeBytes: bytes)
                let milliseconds = UInt32(truncatingIfNeeded: now.nanoseconds / 1_000_000)
                pattern.draw(sequence, milliseconds: milliseconds, into: &pixels)
            }
        case .file(let file):
            guard buffer.withUnsafeMutableBytes({ file.read(sequence, into: $0) }) else {
                throw .unplugged("the picture file has become shorter")
            }
        }
        return VideoFrame(buffer: buffer, layout: layout, capturedAt: now, sequence: sequence)
    }
}
