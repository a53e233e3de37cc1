import CV4L2
public import Devices
import Glibc
public import Primitives

/// A camera of the kernel's (Video4Linux 2, streaming with mapped buffers). It is open and filming from `init` to `deinit`.
///
/// Pictures in NV12 and YU12 are handed on in the camera's own memory, as slots of a pool whose slot i is the driver's buffer
/// i; others are converted into a slot of the pool that was given. Whatever the driver answers is checked. One thread.
public final class V4L2Camera<Driver: VideoDriver>: VideoSource {
    public let format: VideoFormat
    /// What was agreed on with the driver.
    public let choice: FormatNegotiation.Choice
    /// What of the configuration the camera does not do, in words.
    public let warnings: [String]
    /// Pictures that the driver marked as damaged, or that were none.
    public let framesDamaged = Counter()
    /// Pictures that were lost before us, by the driver's numbers.
    public let framesLost = Counter()
    /// Pictures that waited for a slot and found none.
    public let framesRefused = Counter()
    /// Times that the camera was started again because it delivered nothing.
    public let restarts = Counter()

    private let driver: Driver
    private let name: String
    private var buffers: CameraBuffers<Driver>
    private let layout: PictureLayout
    /// Nil if pictures are handed on as they lie.
    private let conversion: PictureConversion?
    private let converted: BufferPool

    /// When the last good picture came, or filming began.
    private var lastSign: Instant
    private var hasRestarted = false
    private var lastCapture = Instant(nanoseconds: .min / 2)
    private var lastNumber: UInt32?
    private var sequence: UInt32 = 0

    /// A camera may take so long for a picture before it is started again, and after that once more before it is given up.
    package static var patience: Interval { .seconds(2) }
    /// The longest wait for a picture in somebody's hands to be given up.
    private static var rest: Interval { .milliseconds(5) }

    /// Agrees on a format with `driver` and begins to film.
    /// - Parameters:
    ///   - name: what messages call it.
    ///   - frames: where converted pictures go, if its slots are large enough; otherwise slots are made.
    package init(
        driver: Driver, name: String, wanted: VideoFormat, controls: CameraControls, frames: BufferPool
    ) throws(DeviceError) {
        guard try driver.identity().isCamera else { throw .unsupported("\(name) is no camera") }
        let (offers, others) = driver.offers()
        guard let choice = FormatNegotiation(wanted: wanted).choose(from: offers) else {
            let names = Set(offers.map(\.format.name)).union(others).sorted().joined(separator: ", ")
            throw .unsupported("\(name) offers no picture that can be used, only \(names.isEmpty ? "nothing" : names)")
        }
        let agreed = try driver.agree(on: choice, name: name)
        self.choice = choice
        layout = agreed.layout
        conversion = agreed.conversion
        format = VideoFormat(
            width: agreed.layout.width, height: agreed.layout.height,
            framesPerSecond: driver.setRate(choice.interval, wanted: wanted.framesPerSecond))
        warnings = controls.apply(to: driver)
        let isPassedOn = agreed.conversion == nil
        converted =
            isPassedOn || frames.slotSize >= agreed.layout.size
            ? frames : BufferPool(slotCount: max(3, frames.slotCount), slotSize: agreed.layout.size)
        buffers = try CameraBuffers(driver, name: name, size: isPassedOn ? agreed.layout.size : 1)
        self.driver = driver
        self.name = name
        lastSign = driver.now()
        try start()
    }

    deinit {
        stop()
        // Frees what no picture holds; the rest is freed with the last picture.
        var none = v4l2_requestbuffers.mapped(count: 0)
        _ = driver.ask(CV4L2_REQBUFS, about: &none)
    }

    private func start() throws(DeviceError) {
        try buffers.giveFree()
        var type = Int32(bitPattern: V4L2_BUF_TYPE_VIDEO_CAPTURE.rawValue)
        let result = driver.ask(CV4L2_STREAMON, about: &type)
        guard result >= 0 else {
            switch -result {
            case EBUSY: throw .busy(name)
            case ENODEV: throw .unplugged(name)
            default: throw .failed(errno: -result, operation: "start \(name)")
            }
        }
        lastSign = driver.now()
        lastNumber = nil
    }

    private func stop() {
        var type = Int32(bitPattern: V4L2_BUF_TYPE_VIDEO_CAPTURE.rawValue)
        _ = driver.ask(CV4L2_STREAMOFF, about: &type)
        buffers.takeBackAll()
    }

    public func next(until deadline: Instant) throws(DeviceError) -> VideoFrame? {
        while true {
            let now = driver.now()
            guard now < deadline else { return nil }
            if now - lastSign > Self.patience { try recover() }
            try buffers.giveFree()
            // Without a buffer the driver has nothing to wait for, and says so at once, again and again.
            guard buffers.queuedCount > 0 else {
                driver.pause(until: min(deadline, now + Self.rest))
                continue
            }
            let isReady = driver.wait(until: min(deadline, lastSign + Self.patience + .milliseconds(1)))
            guard isReady >= 0 else { throw .failed(errno: -isReady, operation: "wait for \(name)") }
            guard isReady > 0 else { continue }
            guard let filled = try buffers.take() else {
                driver.pause(until: min(deadline, now + Self.rest))
                continue
            }
            switch picture(of: filled) {
            case .picture(let frame): return frame
            case .damaged: framesDamaged.increment()
            case .refused:
                framesRefused.increment()
                return nil
            }
        }
    }

    /// It has delivered nothing for long: it is started again once, and given up the next time.
    private func recover() throws(DeviceError) {
        guard !hasRestarted else { throw .stalled(name) }
        hasRestarted = true
        restarts.increment()
        stop()
        try start()
    }

    private enum Outcome: ~Copyable {
        case picture(VideoFrame)
        case damaged, refused
    }

    private func picture(of filled: consuming FilledBuffer) -> Outcome {
        let description = filled.description
        count(description.sequence)
        let isDamaged = description.flags & UInt32(V4L2_BUF_FLAG_ERROR) != 0
        guard !isDamaged, filled.contents.count >= conversion?.leastSize ?? layout.size else { return .damaged }
        let capturedAt = captureTime(of: description)
        guard let conversion else {
            return .picture(taken(filled.contents, at: capturedAt, isConverted: false))
        }
        guard var target = try? converted.take() else { return .refused }
        guard conversion.convert(filled.contents, into: &target) else { return .damaged }
        return .picture(taken(target, at: capturedAt, isConverted: true))
    }

    private func taken(_ contents: consuming PooledBuffer, at capturedAt: Instant, isConverted: Bool) -> VideoFrame {
        lastSign = driver.now()
        hasRestarted = false
        lastCapture = capturedAt
        return VideoFrame(
            buffer: contents, layout: layout, capturedAt: capturedAt, sequence: sequence, isConverted: isConverted)
    }

    /// Drivers count from 0 at each start; pictures here are counted from the opening.
    private func count(_ number: UInt32) {
        let step = lastNumber.map { number &- $0 } ?? 1
        lastNumber = number
        // A driver that counts backwards or not at all has lost nothing that can be known.
        let passed = (1...1_000).contains(step) ? step : 1
        sequence &+= passed
        framesLost.increment(by: UInt64(passed - 1))
    }

    /// The kernel's time stamp if it is on our clock and can be true, always later than the last.
    private func captureTime(of description: v4l2_buffer) -> Instant {
        let now = driver.now()
        var time = now
        if description.flags & UInt32(V4L2_BUF_FLAG_TIMESTAMP_MASK) == UInt32(V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC) {
            let stamp =
                Instant.zero + .seconds(Int64(description.timestamp.tv_sec))
                + .microseconds(Int64(description.timestamp.tv_usec))
            if stamp <= now, now - stamp < Self.patience { time = stamp }
        }
        return max(time, lastCapture + .microseconds(1))
    }
}
