import Codecs
import Devices
import LinuxIO
import MediaControl
import Primitives

/// The encode thread: makes one VP8 frame of each picture, however many peers there are.
///
/// The encoder is made and warmed up before the first call, and kept. The newest picture is kept, so
/// that a key frame asked for between two pictures, as by a peer that has just connected, is made at once from it.
struct EncodeLoop: ~Copyable {
    private let state: EngineState
    private var waiter: Waiter
    private var encoder: VP8Encoder?
    private var layout: I420Layout?
    /// The planes of a black picture of the encoder's size.
    private var black: [UInt8] = []
    private var bitrate: Int64
    /// The newest picture, and whether it was encoded already.
    private var newest: VideoFrame?
    private var isNew = false
    /// The time stamp of the last frame; each is later than the one before.
    private var lastStamp = Instant(nanoseconds: .min / 2)

    /// Pictures of noise that a fresh encoder is fed: its memory is then mapped, and its rate control has settled on
    /// something about as dear as a camera's pictures. After plain ones it would think a camera's cheap, and make the first
    /// that is seen ten times as large as the network can take.
    private static let warmUpFrames = 16

    init(_ state: EngineState) throws(SystemError) {
        self.state = state
        bitrate = state.targetBitrate.current
        waiter = try Waiter(state.encodeSignal)
    }

    mutating func run() {
        while !state.stops {
            if encoder == nil { prepare(state.devices.cameraFormat, now: MonotonicClock.now()) }
            guard state.camera.isWanted else {
                forget()
                state.heartbeats.rest(.encode)
                waiter.wait(until: .distantFuture, now: .zero)
                continue
            }
            let now = MonotonicClock.now()
            state.heartbeats.beat(.encode, now: now)
            takeNewest()
            encodeIfDue()
            state.allocations.note(.encode)
            waiter.wait(until: now + .seconds(1), now: now)
        }
    }

    /// Nothing of a closed camera is kept.
    private mutating func forget() {
        newest = nil
        isNew = false
        _ = state.captured.take()
    }

    private mutating func takeNewest() {
        let openSince = state.camera.openSince
        if let frame = state.captured.take() {
            newest = consume frame
            isNew = true
        }
        if newest.isOlder(than: openSince) {
            newest = nil
            isNew = false
        }
    }

    private mutating func encodeIfDue() {
        guard state.videoReceivers.current > 0, newest != nil else { return }
        let wantsKeyFrame = state.keyFrameIsWanted.take()
        guard isNew || wantsKeyFrame, let frame = newest.take() else { return }
        if !encode(frame, asKeyFrame: wantsKeyFrame), wantsKeyFrame {
            state.keyFrameIsWanted.set()
        }
        newest = consume frame
        isNew = false
    }

    /// False if no frame has left.
    private mutating func encode(_ frame: borrowing VideoFrame, asKeyFrame: Bool) -> Bool {
        if encoder.needsReplacement(width: frame.width, height: frame.height) {
            // The encoder keeps its size for life.
            prepare(
                VideoFormat(
                    width: frame.width, height: frame.height,
                    framesPerSecond: state.devices.cameraFormat.framesPerSecond), now: frame.capturedAt)
        }
        guard let layout else { return false }
        follow(state.targetBitrate.current)
        guard var output = try? state.pools.outgoing.take() else { return false }
        if asKeyFrame { encoder?.requestKeyFrame() }
        let start = MonotonicClock.now()
        lastStamp = max(lastStamp + .milliseconds(1), frame.capturedAt)
        let result: VP8Encoder.Frame?
        do throws(CodecError) {
            if state.cameraMuted.isSet {
                let black = black
                result =
                    try encoder?.encode(black.span.bytes, layout: layout, timestamp: lastStamp, into: &output) ?? nil
            } else {
                result =
                    try encoder?.encode(frame.buffer.bytes, layout: layout, timestamp: lastStamp, into: &output) ?? nil
            }
        } catch {
            state.counters.encodeFailures.increment()
            return false
        }
        guard let result else { return false }
        count(result, took: MonotonicClock.now() - start)
        let stamped = EncodedFrame(data: output, isKeyFrame: result.isKeyFrame, capturedAt: lastStamp)
        if state.encoded.push(stamped) != nil {
            state.keyFrameIsWanted.set()
            return false
        }
        state.networkSignal.signal()
        return true
    }

    private func count(_ frame: VP8Encoder.Frame, took: Interval) {
        state.counters.framesEncoded.increment()
        if frame.isKeyFrame { state.counters.keyFramesEncoded.increment() }
        state.counters.encodedQuantizers.increment(by: UInt64(frame.quantizer))
        state.counters.encodeNanoseconds.increment(by: UInt64(max(0, took.nanoseconds)))
    }

    private mutating func follow(_ target: Int64) {
        guard target != bitrate else { return }
        bitrate = target
        let isSet: Void? = try? encoder?.setBitrate(Int(target))
        if isSet == nil { state.counters.encodeFailures.increment() }
    }

    private mutating func prepare(_ format: VideoFormat, now: Instant) {
        bitrate = state.targetBitrate.current
        guard
            let layout = try? I420Layout(
                width: format.width, height: format.height, strideY: format.width, strideUV: (format.width + 1) / 2),
            var fresh = try? VP8Encoder(
                .init(
                    width: format.width, height: format.height, frameRate: format.framesPerSecond,
                    bitrate: Int(bitrate), threads: state.configuration.encoderThreads))
        else {
            state.counters.encodeFailures.increment()
            return
        }
        self.layout = layout
        black = [UInt8](repeating: 128, count: layout.size)
        for i in 0..<layout.offsetU { black[i] = 16 }
        warmUp(&fresh, layout, now: now)
        encoder = consume fresh
    }

    private mutating func warmUp(_ encoder: inout VP8Encoder, _ layout: I420Layout, now: Instant) {
        guard var output = try? state.pools.outgoing.take() else { return }
        let step = Interval.milliseconds(33)
        var random = RandomSource(seed: 1)
        var noise = [UInt8](repeating: 128, count: layout.size)
        for number in 0..<Self.warmUpFrames {
            for start in stride(from: 0, to: layout.offsetU, by: 8) {
                let bits = random.next()
                for i in start..<min(start + 8, layout.offsetU) {
                    noise[i] = 120 + UInt8(truncatingIfNeeded: bits >> UInt64((i - start) * 8)) & 15
                }
            }
            let stamp = now - step * Int64(Self.warmUpFrames - number)
            _ = try? encoder.encode(noise.span.bytes, layout: layout, timestamp: stamp, into: &output)
        }
        encoder.requestKeyFrame()
    }
}

extension VideoFrame? {
    /// Whether there is a picture, and it was taken before `moment`.
    fileprivate func isOlder(than moment: Instant) -> Bool {
        switch self {
        case .some(let frame): frame.capturedAt < moment
        case .none: false
        }
    }
}

extension VP8Encoder? {
    fileprivate func needsReplacement(width: Int, height: Int) -> Bool {
        switch self {
        case .some(let encoder): encoder.configuration.width != width || encoder.configuration.height != height
        case .none: true
        }
    }
}
