import LinuxIO
import MediaControl
import MediaEngine
import Primitives
import Testing
import VirtualDevices

extension MediaEngineConfiguration {
    /// Small, and on the loopback interface.
    static var test: MediaEngineConfiguration {
        var configuration = MediaEngineConfiguration()
        configuration.includesLoopback = true
        configuration.includesIPv6 = false
        configuration.videoBitrate = 600_000
        return configuration
    }
}

/// What a test has seen of a call at one end.
struct Seen {
    var states: [PeerState] = []
    var pictures = 0
    var selfViews = 0
    /// The frame counters burnt into the other side's pictures, in the order shown.
    var numbers: [UInt32] = []
    /// The mean luma of the other side's last picture.
    var brightness = 0
    /// Whether the other side's last picture is the one that says that there is no camera.
    var showsNoCamera = false
    /// Offers and answers made.
    var descriptions = 0
    var levels: [(Float, Float)] = []
    var failures: [String] = []
}

/// One call between two engines: the test is both kioskds and the signalling between them.
final class Call {
    let caller: KioskEnd
    let callee: KioskEnd
    let callerPeer: PeerNumber
    let calleePeer: PeerNumber
    var seen = (caller: Seen(), callee: Seen())

    init(_ caller: KioskEnd, _ callerPeer: PeerNumber, _ callee: KioskEnd, _ calleePeer: PeerNumber) {
        (self.caller, self.callerPeer, self.callee, self.calleePeer) = (caller, callerPeer, callee, calleePeer)
    }

    static func greet(_ ends: KioskEnd...) throws {
        for end in ends { try end.send(.hello(version: MediaControl.version)) }
    }

    func start() throws {
        try callee.send(.openPeer(peer: calleePeer, role: .answer, previous: []))
        try caller.send(.openPeer(peer: callerPeer, role: .offer, previous: []))
        try caller.send(.createOffer(peer: callerPeer))
    }

    func openDevices() throws {
        for end in [caller, callee] { try end.send(.openDevices(camera: true, microphone: true, speaker: true)) }
    }

    /// Plays the signalling until `done` or the time is over. Returns whether it was done.
    @discardableResult
    func run(for time: Interval, until done: (Call) throws -> Bool = { _ in false }) throws -> Bool {
        let end = MonotonicClock.now() + time
        while MonotonicClock.now() < end {
            if try done(self) { return true }
            if let event = try caller.next(timeout: .milliseconds(2)) {
                try relay(event, from: caller, to: callee, callerPeer, calleePeer, &seen.caller)
            }
            while let event = try callee.next(timeout: .zero) {
                try relay(event, from: callee, to: caller, calleePeer, callerPeer, &seen.callee)
            }
        }
        return try done(self)
    }

    private func relay(
        _ event: MediaEvent, from: KioskEnd, to: KioskEnd, _ own: PeerNumber, _ other: PeerNumber, _ seen: inout Seen
    ) throws {
        switch event {
        case .localDescription(own, .offer, let sdp):
            seen.descriptions += 1
            try to.send(.remoteOffer(peer: other, sdp: sdp))
        case .localDescription(own, .answer, let sdp):
            seen.descriptions += 1
            try to.send(.remoteAnswer(peer: other, sdp: sdp))
        case .localCandidate(own, let candidate, let mid, let mLineIndex):
            try to.send(.remoteCandidate(peer: other, candidate: candidate, mid: mid, mLineIndex: mLineIndex))
        case .connectionState(own, let state): seen.states.append(state)
        case .remoteFrame(let frame):
            seen.pictures += 1
            let number = from.luma(of: frame) { luma in
                PictureCode.read(row: 0, luma: luma, width: frame.width, height: frame.height, stride: frame.strideY)
            }
            if let number, let number { seen.numbers.append(number) }
            seen.showsNoCamera = from.luma(of: frame) { $0.isNoCamera(frame) } ?? false
            seen.brightness =
                from.luma(of: frame) { luma in
                    (0..<frame.height).reduce(0) { $0 + Int(luma[$1 * frame.strideY + frame.width / 2]) } / frame.height
                } ?? 0
        case .localFrame: seen.selfViews += 1
        case .levels(let microphone, let speaker): seen.levels.append((microphone, speaker))
        case .failure(_, _, let text): seen.failures.append(text)
        default: break
        }
        if from.releases, let slot = event.slot { try from.send(.releaseFrame(slot: slot)) }
    }
}

extension Span<UInt8> {
    /// Dark in the corners, with a bright figure left of the middle and a gap beside its stroke.
    fileprivate func isNoCamera(_ frame: FrameDescription) -> Bool {
        let unit = Double(Swift.min(frame.width, frame.height)) / 40
        func luma(_ x: Double, _ y: Double) -> UInt8 {
            let column = Int(Double(frame.width) / 2 + x * unit)
            let row = Int(Double(frame.height) / 2 + y * unit)
            return self[row * frame.strideY + column]
        }
        let dark = [(-18, -18), (18, -18), (-18, 18), (18, 18), (0, -12)].map { luma(Double($0.0), Double($0.1)) }
        let bright = [(-8.0, 0.0), (-8, 4), (0, 0), (9, 0), (9, 9)].map { luma($0.0, $0.1) }
        return dark.allSatisfy { (30...60).contains($0) } && bright.allSatisfy { $0 > 140 }
    }
}
