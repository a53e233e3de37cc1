import Devices
import LinuxIO
import MediaControl
import Primitives

/// The capture thread: opens the camera when it is wanted, closes it when it is not, and hands each picture to the encoder
/// and, small, to kioskd.
struct CaptureLoop: ~Copyable {
    private let state: EngineState
    private var waiter: Waiter
    private var selfView: SelfView

    /// The longest that a camera without pictures delays its closing.
    private static let patience = Interval.milliseconds(100)
    /// What a camera may take for its first picture.
    private static let startUp = Interval.seconds(3)
    /// Between two attempts to open a camera that is not there.
    private static let retry = Interval.seconds(1)

    init(_ state: EngineState) throws(SystemError) { self.init(state, try Waiter(state.captureSignal)) }

    private init(_ state: EngineState, _ waiter: consuming Waiter) {
        self.state = state
        self.waiter = waiter
        selfView = SelfView(state)
    }

    mutating func run() {
        while !state.stops {
            guard state.camera.isWanted else {
                state.heartbeats.rest(.capture)
                waiter.wait(until: .distantFuture, now: .zero)
                continue
            }
            do throws(DeviceError) {
                try capture()
                state.camera.closed(control: state.control)
            } catch {
                state.camera.failed(error, control: state.control)
                state.encodeSignal.signal()
                pause()
            }
        }
    }

    /// The camera is open exactly as long as this function runs.
    private mutating func capture() throws(DeviceError) {
        let camera = try state.devices.openCamera(frames: state.pools.capture)
        let format = camera.format
        let detail = "\(format.width)x\(format.height)@\(format.framesPerSecond)"
        var lastPicture = MonotonicClock.now()
        var lastNumber: UInt32?
        var silence = Self.startUp
        state.camera.opened(detail, now: lastPicture, control: state.control)
        defer {
            state.camera.closing()
            state.encodeSignal.signal()
        }
        while state.camera.isWanted, !state.stops {
            let now = MonotonicClock.now()
            state.heartbeats.beat(.capture, now: now)
            if let frame = try camera.next(until: now + Self.patience) {
                lastPicture = MonotonicClock.now()
                silence = state.cameraSilence
                // A camera that was given up for its silence counts as open again before anything of it is sent.
                if !state.camera.isOpen { state.camera.opened(detail, now: now, control: state.control) }
                if let lastNumber { countLost(from: lastNumber, to: frame.sequence) }
                lastNumber = frame.sequence
                hand(frame)
            } else if state.camera.isOpen, now - lastPicture > silence {
                state.camera.failed(.stalled("the camera"), control: state.control)
                state.encodeSignal.signal()
            }
            state.allocations.note(.capture)
        }
    }

    private func countLost(from last: UInt32, to next: UInt32) {
        let gap = next &- last &- 1
        if gap < 1_000 { state.counters.framesLost.increment(by: UInt64(gap)) }
    }

    private mutating func hand(_ frame: consuming VideoFrame) {
        state.counters.framesCaptured.increment()
        (frame.isConverted ? state.counters.framesConverted : state.counters.framesPassed).increment()
        selfView.show(frame, muted: state.cameraMuted.isSet)
        state.captured.put(frame)
        state.encodeSignal.signal()
    }

    /// Waits before the next attempt, unless the camera is no longer wanted.
    private mutating func pause() {
        let end = MonotonicClock.now() + Self.retry
        while state.camera.isWanted, !state.stops {
            let now = MonotonicClock.now()
            guard now < end else { return }
            state.heartbeats.beat(.capture, now: now)
            waiter.wait(until: end, now: now)
        }
        state.camera.closed(control: state.control)
    }
}
