import CallControl
import Primitives

/// The call machine with everything around it that the rules speak of, and the rules themselves.
struct World: Hashable {
    var machine: CallMachine
    var now = Instant.zero
    /// Devices were asked to open and not to close since.
    var capturing = false
    var session: SessionNumber?
    /// The chime has been heard since; nil while it is not.
    var chimeSince: Instant?
    var ringingCaller: Party?
    /// The patient, or policy after the chime, has agreed to the call that is on.
    var agreed = false
    var mediaIsUp = false

    init(_ policy: CallPolicy) { machine = CallMachine(policy: policy, now: .zero) }

    /// What a step did, for the transition table.
    struct Step {
        var from: String
        var to: String
        var effects: [CallEffect]
    }

    /// - Returns: the rules that were broken.
    mutating func apply(_ stimulus: Stimulus) -> (step: Step, broken: [String]) {
        let before = machine.state
        var broken: [String] = []
        let effects: [CallEffect]
        let input = stimulus.input(session: session)
        if let input {
            if input == .mediaStarted { mediaIsUp = true }
            if input == .mediaLost { (mediaIsUp, capturing, session, chimeSince) = (false, false, nil, nil) }
            effects = machine.handle(input, now: now)
        } else {
            now =
                stimulus == .deadline && machine.nextDeadline < .distantFuture
                ? max(now, machine.nextDeadline) : now + .seconds(1)
            effects = machine.advance(to: now)
        }
        let after = machine.state
        if case .ringingIn(let caller, _, _, _) = after.phase { ringingCaller = caller }
        for effect in effects { check(effect, input, before.phase, &broken) }
        checkState(after, &broken)
        if after.phase.name != "ringingIn" { (chimeSince, ringingCaller) = (nil, nil) }
        if !after.phase.isCall { agreed = false }
        return (Step(from: before.phase.name, to: after.phase.name, effects: effects), broken)
    }

    private mutating func check(
        _ effect: CallEffect, _ input: CallInput?, _ before: CallPhase, _ broken: inout [String]
    ) {
        switch effect {
        case .openDevices:
            if !agreed, !mayOpen(input, before) { broken.append("devices opened without the patient or policy") }
            agreed = true
            capturing = true
            if !mediaIsUp { broken.append("devices opened without a media process") }
        case .closeDevices: capturing = false
        case .openSession(let number, _, _):
            if session != nil { broken.append("two sessions at once") }
            session = number
            if !agreed { broken.append("a session before the devices' consent") }
        case .closeSession(let number):
            if session != number { broken.append("closed a session that is not open") }
            session = nil
        case .createOffer(let number), .acceptDescription(let number, _, _), .addCandidate(let number, _),
            .restartICE(let number):
            if session != number { broken.append("\(effect.name) for a session that is not open") }
        case .sendDescription, .sendCandidate:
            if session == nil { broken.append("\(effect.name) without a session") }
        case .playTone(.ringIn, _): chimeSince = now
        case .stopTone: break
        case .playTone, .sendInvite, .sendCancel, .sendAnswer, .sendReject, .sendHangUp, .record: break
        }
    }

    /// The rule itself, written anew from the requirements: a press, or policy and a chime that was long enough.
    private func mayOpen(_ input: CallInput?, _ before: CallPhase) -> Bool {
        switch before {
        case .ringingOut: return true  // the patient pressed to come here
        case .connecting: return true  // agreed before there was a media process
        case .ringingIn(let caller, _, _, _):
            if input == .pressed || input == .requested(.answer) { return true }
            let policy = machine.policy
            guard policy.automatic, policy.from.contains(caller), let chimeSince else { return false }
            return now - chimeSince >= max(.seconds(2), policy.after)
        case .idle, .inCall, .ended: return false
        }
    }

    private func checkState(_ state: CallState, _ broken: inout [String]) {
        if capturing, !state.phase.isCall { broken.append("capture open in \(state.phase.name)") }
        if session != nil, !state.phase.isCall { broken.append("a session open in \(state.phase.name)") }
        if mediaIsUp, state.phase.isCall, !capturing { broken.append("a call without devices") }
        if machine.nextDeadline <= now { broken.append("a deadline in the past") }
        if state.phase.isBounded, machine.nextDeadline == .distantFuture {
            broken.append("\(state.phase.name) has no deadline")
        }
    }

    /// Left alone, every state but a call whose media flow comes to idle with everything closed.
    func waysOut() -> [String] {
        var world = self
        guard world.machine.state.phase.isBounded else { return [] }
        let limit = now + .seconds(300)
        while world.machine.nextDeadline <= limit {
            // An automatic answer leads to a call that nobody connects.
            let broken = world.apply(.deadline).broken
            if !broken.isEmpty { return broken }
        }
        guard case .idle = world.machine.state.phase else {
            return ["\(machine.state.phase.name) left alone ends in \(world.machine.state.phase.name)"]
        }
        return []
    }

    /// Equal for worlds that will behave alike.
    func canonical() -> World {
        var copy = self
        copy.machine = machine.canonical()
        copy.session = session.map { _ in 1 }
        copy.chimeSince = chimeSince.map { .zero + max($0 - now, .seconds(-60)) }
        copy.now = .zero
        return copy
    }
}

extension World {
    /// What comes next on a random walk: half anything, half what would come in a call that goes well, so that walks
    /// spend time in calls.
    func draw(_ random: inout RandomSource) -> Stimulus {
        var likely = Stimulus.allCases
        if random.chance(0.5) {
            switch machine.state.phase {
            case .idle: likely = [.mediaStarts, .joinedWithBoth, .annInvites, .pressed]
            case .ringingIn: likely = [.deadline, .pressed]
            case .ringingOut: likely = [.annAnswers, .second]
            case .connecting, .inCall:
                likely = [
                    .mediaStarts, .annOffers, .localAnswer, .localOffer, .annDescribes, .connects, .connects, .second,
                ]
            case .ended: likely = [.deadline]
            }
        }
        return likely.randomElement(using: &random) ?? .second
    }
}

extension CallPhase {
    var name: String {
        switch self {
        case .idle: "idle"
        case .ringingIn: "ringingIn"
        case .ringingOut: "ringingOut"
        case .connecting: "connecting"
        case .inCall(_, _, let interrupted): interrupted == nil ? "inCall" : "reconnecting"
        case .ended: "ended"
        }
    }
    var isCall: Bool {
        switch self {
        case .connecting, .inCall: true
        case .idle, .ringingIn, .ringingOut, .ended: false
        }
    }
    /// Ends by itself.
    var isBounded: Bool { name != "idle" && name != "inCall" }
}

extension CallEffect {
    /// The case's name and what tells two of its kind apart.
    var name: String {
        switch self {
        case .sendInvite: "sendInvite"
        case .sendCancel: "sendCancel"
        case .sendAnswer: "sendAnswer"
        case .sendReject(_, let reason): "sendReject(\(reason?.rawValue ?? "-"))"
        case .sendHangUp: "sendHangUp"
        case .sendDescription(let kind, _, _): "sendDescription(\(kind.rawValue))"
        case .sendCandidate: "sendCandidate"
        case .openDevices: "openDevices"
        case .closeDevices: "closeDevices"
        case .openSession(_, let kind, _): "openSession(\(kind.rawValue))"
        case .createOffer: "createOffer"
        case .acceptDescription(_, let kind, _): "acceptDescription(\(kind.rawValue))"
        case .addCandidate: "addCandidate"
        case .restartICE: "restartICE"
        case .closeSession: "closeSession"
        case .playTone(let tone, _): "playTone(\(tone.rawValue))"
        case .stopTone: "stopTone"
        case .record: "record"
        }
    }
}
