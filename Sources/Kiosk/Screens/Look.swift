import CallControl
import Primitives

/// What is to be drawn at one instant: two equal looks give the same pixels, pictures aside.
struct Look: Equatable {
    var scene: Scene
    var clinic: String
    var kiosk: String
    var clock: String
    var emergency: String
    var cameraIsOpen: Bool
    var microphoneIsOpen: Bool
    var troubles: [Trouble]
    var isPrivate: Bool
    var remark: Remark?
    /// A picture from the other side has come.
    var hasPicture: Bool
    var motion: Motion

    /// All but what moves: what the cached layer holds.
    var still: Look {
        var look = self
        look.motion = Motion()
        return look
    }
}

/// What moves by itself as time passes.
struct Motion: Equatable {
    /// Whole seconds of a call or of ringing.
    var elapsed: Int?
    /// What is left of the countdown, in 1/`ringSteps`.
    var ring: Int?
    /// Where the slow breath of a waiting screen is, 0 to `breathSteps`.
    var breath: Int?

    static let ringSteps = 360
    static let breathSteps = 20
    static let breathPeriod = Interval.seconds(4)

    /// Rises and falls once a period.
    static func breath(at now: Instant) -> Int {
        let phase = Double(now.nanoseconds % breathPeriod.nanoseconds) / Double(breathPeriod.nanoseconds)
        let wave = 2 * abs(phase - 0.5)
        return Int((wave * wave * (3 - 2 * wave) * Double(breathSteps)).rounded())
    }
}

/// A part that does not work, or was switched off.
enum Trouble: CaseIterable, Hashable { case network, calls, privacySwitch, camera, microphone, speaker }

/// The one thing a screen is about.
enum Scene: Equatable {
    case idle
    /// `seconds` until the camera turns on by itself; nil if only the button answers.
    case ringing(name: String, isVerified: Bool, seconds: Int?)
    case calling
    case connecting
    case inCall(name: String, isVerified: Bool)
    case reconnecting
    case ended(EndReason, name: String?, seconds: Int?)
    case offline
    case fault(code: String)

    /// Whether the other side's picture is part of it; every other scene forgets the pictures.
    var hasPictures: Bool {
        switch self {
        case .inCall, .reconnecting: true
        default: false
        }
    }
}

extension ScreenContent {
    /// Whether pictures may be kept: from the answer to the end of the call.
    var mayHavePictures: Bool {
        switch call.phase {
        case .connecting, .inCall: true
        case .idle, .ringingIn, .ringingOut, .ended: false
        }
    }

    /// The scene at `now`, nil while it is too early to show "connecting" and the screen before it stays.
    /// - Parameter peer: the other side's name, fit to be laid out.
    func scene(at now: Instant, connectingDelay: Interval, peer name: String) -> Scene? {
        switch call.phase {
        case .idle:
            if call.faults.contains(.mediaUnavailable) { return .fault(code: "media-unavailable") }
            return call.offlineSince == nil ? .idle : .offline
        case .ringingIn(let caller, _, let opens, _):
            let seconds = opens.map { Int(clamping: ($0 - now).wholeSecondsLeft) }
            return .ringing(
                name: name, isVerified: caller.isVerified, seconds: seconds.map { max(1, $0) })
        case .ringingOut: return .calling
        case .connecting(_, let since): return now < since + connectingDelay ? nil : .connecting
        case .inCall(let peer, _, let reconnectingSince):
            return reconnectingSince == nil
                ? .inCall(name: name, isVerified: peer.isVerified) : .reconnecting
        case .ended(let reason, let peer, let duration, _):
            return .ended(
                reason, name: peer == nil ? nil : name,
                seconds: duration.map { Int(clamping: max(0, $0.nanoseconds) / 1_000_000_000) })
        }
    }

    func motion(of scene: Scene, at now: Instant) -> Motion {
        var motion = Motion()
        func seconds(since start: Instant) -> Int { max(0, Int(clamping: (now - start).nanoseconds / 1_000_000_000)) }
        switch call.phase {
        case .ringingIn(_, let since, let opens?, _):
            let whole = (opens - since).nanoseconds
            let left = (opens - now).nanoseconds
            let share = whole > 0 ? Double(left) / Double(whole) : 0
            motion.ring = Int(min(1, max(0, share)) * Double(Motion.ringSteps))
        case .ringingIn: motion.breath = Motion.breath(at: now)
        case .ringingOut(let since, _):
            motion.breath = Motion.breath(at: now)
            motion.elapsed = seconds(since: since)
        case .connecting: motion.breath = scene == .connecting ? Motion.breath(at: now) : nil
        case .inCall(_, let since, _): motion.elapsed = seconds(since: since)
        case .idle, .ended: break
        }
        return motion
    }

    var troubles: [Trouble] {
        var found: Set<Trouble> = []
        if call.offlineSince != nil { found.insert(.network) }
        if isPrivate { found.insert(.privacySwitch) }
        for fault in call.faults {
            switch fault {
            case .mediaUnavailable: found.insert(.calls)
            case .deviceFailed(.camera, _): found.insert(.camera)
            case .deviceFailed(.microphone, _): found.insert(.microphone)
            case .deviceFailed(.speaker, _): found.insert(.speaker)
            }
        }
        return Trouble.allCases.filter(found.contains)
    }
}

extension Interval {
    /// Seconds, rounded up: a countdown says 1 until it is over.
    fileprivate var wholeSecondsLeft: Int64 { nanoseconds <= 0 ? 0 : (nanoseconds - 1) / 1_000_000_000 + 1 }
}
