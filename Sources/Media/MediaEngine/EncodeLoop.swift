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
    /// For pictures that are made smaller; of the camera's size, and made with the first encoder.
    var scaled: ScaledPicture?
    var bitrate: Int64
    /// Of the camera's size and pace.
    var adaptation: EncoderAdaptation
    /// The newest picture, and whether it was encoded already.
    private var newest: VideoFrame?
    private var isNew = false
    /// When the newest picture came, or the camera was asked for. Nil while it is not wanted.
    private var lastSign: Instant?
    /// When it was last said that there is no camera. Nil while there is one.
    private var lastNoCamera: Instant?
    /// The time stamp of the last frame; each is later than the one before.
    private var lastStamp = Instant(nanoseconds: .min / 2)

    /// What waits longer to be sent is sent before more is made of it.
    private static let longestBacklog = Interval.milliseconds(250)
    /// Between two pictures that say that there is no camera.
    private static let noCameraInterval = Interval.milliseconds(200)

    init(_ state: EngineState) throws(SystemError) { self.init(state, try Waiter(state.encodeSignal)) }

    private init(_ state: EngineState, _ waiter: consuming Waiter) {
        self.state = state
        self.waiter = waiter
        bitrate = state.targetBitrate.current
        adaptation = EncoderAdaptation(state.devices.cameraFormat)
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
        guard wantsKeyFrame || takes(frame) else {
            newest = consume frame
            isNew = false
            return
        }
        if !encode(frame, asKeyFrame: wantsKeyFrame), wantsKeyFrame {
            state.keyFrameIsWanted.set()
        }
        newest = consume frame
        isNew = false
    }

    /// Whether what is sent has room for this picture, and the rate that was chosen has it among its pictures.
    private mutating func takes(_ frame: borrowing VideoFrame) -> Bool {
        _ = adaptation.update(now: frame.capturedAt)
        state.counters.note(adaptation)
        guard adaptation.takes(capturedAt: frame.capturedAt) else { return false }
        guard state.videoBacklog.current <= Self.longestBacklog.nanoseconds else {
            state.counters.framesLeftOut.increment()
            return false
        }
        return true
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
        let rate = state.devices.cameraFormat.framesPerSecond
        if adaptation.width != frame.width || adaptation.height != frame.height {
            adaptation = EncoderAdaptation(VideoFormat(width: frame.width, height: frame.height, framesPerSecond: rate))
        }
        let size = adaptation.size
        if encoder.needsReplacement(width: size.width, height: size.height) {
            // The encoder keeps its size for life.
            prepare(
                VideoFormat(width: size.width, height: size.height, framesPerSecond: rate), now: frame.capturedAt)
        }
        guard !state.cameraMuted.isSet else {
            return encodeDrawn(.black, asKeyFrame: asKeyFrame, capturedAt: frame.capturedAt)
        }
        if size == (frame.width, frame.height) {
            return encode(frame.buffer.bytes, frame.layout, asKeyFrame: asKeyFrame, capturedAt: frame.capturedAt)
        }
        return encodeScaled(frame, size, asKeyFrame: asKeyFrame)
    }

    private mutating func encodeScaled(
        _ frame: borrowing VideoFrame, _ size: (width: Int, height: Int), asKeyFrame: Bool
    ) -> Bool {
        guard let layout = PictureLayout(format: frame.layout.format, width: size.width, height: size.height),
            var picture = ScaledPicture.reuse(scaled.take(), holding: frame.layout)
        else { return false }
        var isEncoded = false
        if picture.show(frame, as: layout) {
            isEncoded = encode(picture, layout, asKeyFrame: asKeyFrame, capturedAt: frame.capturedAt)
        } else {
            state.counters.encodeFailures.increment()
        }
        scaled = consume picture
        return isEncoded
    }

    private mutating func encode(
        _ picture: borrowing ScaledPicture, _ layout: PictureLayout, asKeyFrame: Bool, capturedAt: Instant
    ) -> Bool {
        encode(picture.bytes, layout, asKeyFrame: asKeyFrame, capturedAt: capturedAt)
    }

    private mutating func encode(
        _ picture: RawSpan, _ layout: PictureLayout, asKeyFrame: Bool, capturedAt: Instant
    ) -> Bool {
        follow(Int64(adaptation.encoderBitrate(target: Int(state.targetBitrate.current))))
        guard var output = try? state.pools.outgoing.take() else { return false }
        if asKeyFrame { encoder?.requestKeyFrame() }
        encoder?.setLayered(state.sendsLayers.isSet)
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
        let took = MonotonicClock.now() - start
        adaptation.encoded(took: took, quantizer: result.quantizer)
        count(result, took: took)
        let stamped = EncodedFrame(
            data: output, isKeyFrame: result.isKeyFrame, isNonReference: result.isNonReference, capturedAt: lastStamp)
        if state.encoded.push(stamped) != nil {
            if !result.isNonReference { state.keyFrameIsWanted.set() }
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

extension EncoderAdaptation {
    init(_ format: VideoFormat) {
        self.init(width: format.width, height: format.height, framesPerSecond: max(1, format.framesPerSecond))
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
