import CallControl
import PeerConnection
import Primitives
import Simulation

/// The caller as a kiosk is: its call machine stands between the engine and the signalling, as kioskd does. The callee is
/// a page, which answers what it is offered.
final class RoamingKiosk {
    static let page = Party(socket: "page", name: "Doctor")
    private static let session = SessionNumber(1)

    let call: SimulatedCall
    private var machine: CallMachine
    private var eventsSeen = 0
    private(set) var restarts = 0

    init(_ call: SimulatedCall) {
        self.call = call
        machine = CallMachine(policy: CallPolicy(), now: call.now)
        call.polite = .callee
        call.intercept = { [unowned self] side, signal, isIncoming in
            guard side == .caller else { return false }
            take(signal, isIncoming)
            return true
        }
    }

    /// The patient calls, and the page answers.
    func begin() {
        for input in [.mediaStarted, .joined([Self.page]), .pressed] as [CallInput] { tell(input) }
        call.begin { tell(.answered(by: Self.page)) }
    }

    func run(for interval: Interval) { run(until: call.now + interval) { false } }
    func run(until end: Instant, _ isDone: () -> Bool) {
        call.run(until: end) {
            pump()
            return isDone()
        }
    }

    /// The kiosk's connection to the server is gone, or there again.
    func goOffline() {
        call.isOffline.insert(.caller)
        tell(.signallingLost)
    }
    func comeBack() {
        call.isOffline.remove(.caller)
        tell(.joined([Self.page]))
    }

    func tell(_ input: CallInput) { perform(machine.handle(input, now: call.now)) }

    /// Passes on what the engine has said since, and lets the machine's time go by.
    func pump() {
        while eventsSeen < call.caller.events.count {
            let event = call.caller.events[eventsSeen]
            eventsSeen += 1
            switch event {
            case .restartNeeded: tell(.restartNeeded(Self.session))
            case .connectionState(let state):
                switch state {
                case .connected: tell(.session(Self.session, .connected))
                case .connecting, .disconnected: tell(.session(Self.session, .disconnected))
                case .failed: tell(.session(Self.session, .failed))
                case .new, .closed: break
                }
            default: break
            }
        }
        if machine.nextDeadline <= call.now { perform(machine.advance(to: call.now)) }
    }

    private func take(_ signal: SimulatedCall.Signal, _ isIncoming: Bool) {
        switch signal {
        case .offer(let sdp): tell(describe(.offer, sdp, isIncoming))
        case .answer(let sdp): tell(describe(.answer, sdp, isIncoming))
        case .candidate(let text, let mid, let index):
            let candidate = Candidate(text: text, mid: mid, lineIndex: UInt16(exactly: index))
            tell(
                isIncoming
                    ? .remoteCandidate(candidate, from: Self.page.socket) : .localCandidate(Self.session, candidate))
        }
    }

    private func describe(_ kind: DescriptionKind, _ sdp: String, _ isIncoming: Bool) -> CallInput {
        isIncoming
            ? .remoteDescription(kind, sdp: sdp, from: Self.page.socket)
            : .localDescription(Self.session, kind, sdp: sdp)
    }

    private func perform(_ effects: [CallEffect]) {
        for effect in effects {
            switch effect {
            case .createOffer: call.offer(from: .caller)
            case .restartICE:
                restarts += 1
                call.caller.peer.restartICE(now: call.now)
                call.offer(from: .caller)
            case .acceptDescription(_, .offer, let sdp): call.apply(.offer(sdp), to: .caller)
            case .acceptDescription(_, .answer, let sdp): call.apply(.answer(sdp), to: .caller)
            case .addCandidate(_, let candidate): call.apply(candidate.signal, to: .caller)
            case .sendDescription(.offer, let sdp, _): call.say(.offer(sdp), from: .caller)
            case .sendDescription(.answer, let sdp, _): call.say(.answer(sdp), from: .caller)
            case .sendCandidate(let candidate, _): call.say(candidate.signal, from: .caller)
            default: break
            }
        }
    }
}

extension Candidate {
    fileprivate var signal: SimulatedCall.Signal {
        .candidate(text, mid: mid ?? "0", index: lineIndex.map(Int.init) ?? 0)
    }
}
