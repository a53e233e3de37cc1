import Codecs
import JitterBuffer
import LinuxIO
import MediaControl
import PeerConnection
import Primitives
import RTP

/// The decode thread: makes pictures of the frames of the peer that is shown, in step with its sound, and lends them to
/// kioskd. A frame waits encoded, not decoded, for its time: encoded ones are small.
struct DecodeLoop: ~Copyable {
    private let state: EngineState
    private var waiter: Waiter
    private var decoder: VP8Decoder?
    private var synchronizer = AVSynchronizer()
    private var playout = VideoPlayout()
    private var freezes = FreezeWatch()
    private var waiting: ReceivedVideoFrame?
    /// When the frame that waits is to be seen, as far as the path is concerned.
    private var dueAt = Instant.zero

    init(_ state: EngineState) throws(SystemError) { self.init(state, try Waiter(state.decodeSignal)) }

    private init(_ state: EngineState, _ waiter: consuming Waiter) {
        self.state = state
        self.waiter = waiter
        decoder = try? VP8Decoder()
    }

    mutating func run() {
        while !state.stops {
            let now = MonotonicClock.now()
            state.heartbeats.beat(.decode, now: now)
            while !hasWaiting, let item = state.toDecode.pop() { take(item) }
            let due = hasWaiting ? dueAt + synchronizer.videoDelay : .distantFuture
            if due <= now {
                if let frame = waiting.take() { show(frame) }
                state.allocations.note(.decode)
                continue
            }
            if due == .distantFuture { state.heartbeats.rest(.decode) }
            waiter.wait(until: due, now: now)
        }
    }

    private var hasWaiting: Bool { waiting.isThere }

    private mutating func take(_ item: consuming DecodeItem) {
        switch consume item {
        case .frame(let frame):
            dueAt = playout.due(timestamp: frame.timestamp, completeAt: frame.completeAt)
            state.counters.playoutDelay.set(playout.delay.nanoseconds)
            waiting = consume frame
        case .restart:
            synchronizer = AVSynchronizer()
            playout.reset()
            freezes.restart()
            state.audioDelay.set(0)
            state.counters.firstFrameDecoded.set(0)
        // The decoder starts anew with the next key frame; its memory stays.
        case .clock(let reading):
            let information = SenderInformation(
                ntp: NTPTimestamp(value: reading.ntp), rtpTimestamp: reading.rtp, packetCount: 0, octetCount: 0)
            switch reading.kind {
            case .audio: synchronizer.audioReport(information)
            case .video: synchronizer.videoReport(information)
            }
        }
    }

    private mutating func show(_ frame: consuming ReceivedVideoFrame) {
        guard var picture = state.pictures.take() else {
            // kioskd is slow. What it does not see must still be decoded, for the frames after it.
            let decoded: Void? = try? decoder?.skip(frame.data.bytes)
            if decoded == nil { fail() }
            return
        }
        let start = MonotonicClock.now()
        do throws(CodecError) {
            guard let layout = try decoder?.decode(frame.data.bytes, into: &picture) ?? nil else { return }
            let now = MonotonicClock.now()
            count(layout, isKeyFrame: frame.isKeyFrame, from: start, to: now)
            lend(picture, layout, at: now)
            freezes.shown(at: now)
            state.counters.note(freezes)
            follow(PlayedMedia(timestamp: frame.timestamp, at: now), now: now)
        } catch {
            fail()
        }
    }

    private func lend(_ picture: consuming PooledBuffer, _ layout: I420Layout, at now: Instant) {
        let (control, counters) = (state.control, state.counters)
        state.pictures.lend(picture) { slot in
            guard control.offer(.remoteFrame(FrameDescription(slot, layout, at: now))) else { return false }
            counters.picturesShown.increment()
            return true
        }
    }

    /// Measures how far apart what is seen and what is heard are.
    private mutating func follow(_ seen: PlayedMedia, now: Instant) {
        guard let heard = state.heard.value else { return }
        if synchronizer.update(audio: heard, video: seen, now: now) {
            state.audioDelay.set(synchronizer.audioDelay.nanoseconds)
        }
    }

    private func count(_ layout: I420Layout, isKeyFrame: Bool, from start: Instant, to now: Instant) {
        let counters = state.counters
        counters.framesDecoded.increment()
        if counters.firstFrameDecoded.current == 0 { counters.firstFrameDecoded.set(now.nanoseconds) }
        if isKeyFrame { counters.keyFramesDecoded.increment() }
        counters.decodeNanoseconds.increment(by: UInt64(max(0, (now - start).nanoseconds)))
        counters.frameWidth.set(Int64(layout.width))
        counters.frameHeight.set(Int64(layout.height))
    }

    private func fail() {
        state.counters.decodeFailures.increment()
        guard decoder.needsKeyFrame else { return }
        state.decoderNeedsKeyFrame.set()
        state.networkSignal.signal()
    }
}

extension ReceivedVideoFrame? {
    fileprivate var isThere: Bool {
        switch self {
        case .some: true
        case .none: false
        }
    }
}

extension VP8Decoder? {
    fileprivate var needsKeyFrame: Bool {
        switch self {
        case .some(let decoder): decoder.needsKeyFrame
        case .none: false
        }
    }
}
