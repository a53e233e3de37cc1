import Codecs
import Devices
import LinuxIO
import MediaControl
import Primitives

/// The encode thread: makes one VP8 frame of each picture, however many peers there are.
///
/// The encoder is made and warmed up before the first call, and kept. The newest picture is kept, so
/// that a key frame asked for between two pictures, as by a peer that has just connected, is made at once from it. While
/// a wanted camera gives no picture, for whatever reason and even if its driver hangs, a drawn one is encoded instead.
struct EncodeLoop: ~Copyable {
    let state: EngineState
    private var waiter: Waiter
    var encoder: VP8Encoder?
    /// Of the encoder's size.
    var drawn: DrawnPicture?
    var bitrate: Int64
    /// The newest picture, and whether it was encoded already.
    private var newest: VideoFrame?
    private var isNew = false
    /// When the newest picture came, or the camera was asked for. Nil while it is not wanted.
    private var lastSign: Instant?
    /// When it was last said that there is no camera. Nil while there is one.
    private var lastNoCamera: Instant?
    /// The time stamp of the last frame; each is later than the one before.
    private var lastStamp = Instant(nanoseconds: .min / 2)

    /// Between two pictures that say that there is no camera.
    private static let noCameraInterval = Interval.milliseconds(200)

    init(_ state: EngineState) throws(SystemError) { self.init(state, try Waiter(state.encodeSignal)) }

    private init(_ state: EngineState, _ waiter: consuming Waiter) {
        self.state = state
        self.waiter = waiter
        bitrate = state.targetBitrate.current
    }

    mutating func run() {
        while !state.stops {
            if encoder == nil { prepare(state.devices.cameraFormat, now: MonotonicClock.now()) }
            guard state.camera.isAsked else {
                forget()
                state.heartbeats.rest(.encode)
                waiter.wait(until: .distantFuture, now: .zero)
                continue
            }
            let now = MonotonicClock.now()
            state.heartbeats.beat(.encode, now: now)
            takeNewest(now: now)
            if isSilent(now: now) { encodeNoCamera(now: now) } else { encodeIfDue() }
            state.allocations.note(.encode)
            waiter.wait(until: now + Self.noCameraInterval, now: now)
        }
    }

    /// Nothing of a closed camera is kept.
    private mutating func forget() {
        newest = nil
        isNew = false
        lastSign = nil
        lastNoCamera = nil
        _ = state.captured.take()
    }

    private mutating func takeNewest(now: Instant) {
        let openSince = state.camera.openSince
        if let frame = state.captured.take() {
            newest = consume frame
            isNew = true
        }
        if newest.isOlder(than: openSince) {
            newest = nil
            isNew = false
        }
        if isNew || lastSign == nil { lastSign = now }
        // The camera's picture has nothing in common with what was seen meanwhile.
        if isNew, lastNoCamera != nil {
            lastNoCamera = nil
            state.keyFrameIsWanted.set()
        }
    }

    private func isSilent(now: Instant) -> Bool {
        guard let lastSign else { return false }
        if state.camera.isCut || state.camera.isFailing { return true }
        return now - lastSign > state.cameraSilence
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

    private mutating func encodeNoCamera(now: Instant) {
        newest = nil
        isNew = false
        guard state.videoReceivers.current > 0 else { return }
        let wantsKeyFrame = state.keyFrameIsWanted.take()
        let isDue = lastNoCamera.map { now - $0 >= Self.noCameraInterval } ?? true
        guard isDue || wantsKeyFrame else { return }
        lastNoCamera = now
        state.counters.noCameraPictures.increment()
        let content: DrawnPicture.Content = state.cameraMuted.isSet ? .black : .noCamera
        if !encodeDrawn(content, asKeyFrame: wantsKeyFrame, capturedAt: now), wantsKeyFrame {
            state.keyFrameIsWanted.set()
        }
    }

    private mutating func encodeDrawn(
        _ content: DrawnPicture.Content, asKeyFrame: Bool, capturedAt: Instant
    ) -> Bool {
        guard var picture = drawn.take() else { return false }
        picture.show(content)
        let isEncoded = encode(picture, asKeyFrame: asKeyFrame, capturedAt: capturedAt)
        drawn = consume picture
        return isEncoded
    }

    private mutating func encode(
        _ picture: borrowing DrawnPicture, asKeyFrame: Bool, capturedAt: Instant
    ) -> Bool {
        encode(picture.bytes, picture.layout, asKeyFrame: asKeyFrame, capturedAt: capturedAt)
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
        guard !state.cameraMuted.isSet else {
            return encodeDrawn(.black, asKeyFrame: asKeyFrame, capturedAt: frame.capturedAt)
        }
        return encode(frame.buffer.bytes, frame.layout, asKeyFrame: asKeyFrame, capturedAt: frame.capturedAt)
    }

    private mutating func encode(
        _ picture: RawSpan, _ layout: PictureLayout, asKeyFrame: Bool, capturedAt: Instant
    ) -> Bool {
        follow(state.targetBitrate.current)
        guard var output = try? state.pools.outgoing.take() else { return false }
        if asKeyFrame { encoder?.requestKeyFrame() }
        let start = MonotonicClock.now()
        lastStamp = max(lastStamp + .milliseconds(1), capturedAt)
        let result: VP8Encoder.Frame?
        do throws(CodecError) {
            result = try encoder?.encode(picture, layout: layout, timestamp: lastStamp, into: &output) ?? nil
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
