import Primitives

extension CallMachine {
    mutating func apply(_ input: CallInput) {
        switch input {
        case .pressed: press()
        case .held:
            if case .ringingIn(let ringing) = phase { refuse(ringing) } else { press() }
        case .requested(let request): apply(request)
        case .joined(let others): join(others)
        case .present(let others): if isOnline { meet(others) }
        case .signallingLost: loseSignalling()
        case .invited(let caller): invite(caller)
        case .cancelled(let party): cancel(party)
        case .answered(let party): accept(party)
        case .rejected(let party, let reason): reject(party, reason)
        case .hungUp(let party): hangUp(party)
        case .remoteDescription(let kind, let sdp, let from): describe(kind, sdp, from)
        case .remoteCandidate(let candidate, let from): trickle(candidate, from)
        case .mediaStarted: startMedia()
        case .mediaLost: loseMedia()
        case .localDescription(let number, let kind, let sdp): send(number, kind, sdp)
        case .localCandidate(let number, let candidate): send(number, candidate)
        case .session(let number, let state): sessionChanged(number, state)
        case .restartNeeded(let number): restart(number)
        case .device(let device, let fact): deviceChanged(device, fact)
        }
    }

    // MARK: The button

    private mutating func press() {
        switch phase {
        case .idle: ringOut()
        case .ringingIn(let ringing): answer(ringing)
        case .ringingOut:
            effects += [.sendCancel]
            end(.cancelledHere)
        case .call(let call):
            effects += [.sendHangUp(to: call.peer)]
            end(.hungUpHere)
        // Who presses twice to end a call must not start one.
        case .ended: phase = .idle
        }
    }

    private mutating func apply(_ request: CallRequest) {
        switch (request, phase) {
        case (.call, .idle), (.call, .ended): ringOut()
        case (.answer, .ringingIn(let ringing)): answer(ringing)
        case (.refuse, .ringingIn(let ringing)), (.hangUp, .ringingIn(let ringing)): refuse(ringing)
        case (.hangUp, .ringingOut), (.hangUp, .call): press()
        default: break
        }
    }

    // MARK: Who is there

    private mutating func join(_ others: [Party]) {
        offlineSince = nil
        // The server has forgotten that we are calling.
        if case .ringingOut(var ringing) = phase {
            (ringing.declined, ringing.onlyBusy) = ([], true)
            phase = .ringingOut(ringing)
            effects += [.sendInvite]
        }
        meet(others, isBack: true)
        // An offer made while offline was lost.
        if case .call(var call) = phase, call.interrupted != nil {
            call.retry = min(call.retry, now + policy.limits.grace)
            phase = .call(call)
        }
    }

    /// - Parameter isBack: we were away ourselves.
    private mutating func meet(_ others: [Party], isBack: Bool = false) {
        self.others = others
        switch phase {
        case .idle, .ended: break
        case .ringingIn(let ringing):
            if !others.contains(where: { $0.socket == ringing.caller.socket }) { end(.cancelledThere) }
        case .ringingOut(let ringing): endIfAllDeclined(ringing)
        case .call(var call):
            let before = call
            if others.contains(where: { $0.socket == call.peer.socket }) {
                call.peerLeft = nil
            } else if let back = others.first(where: { call.peer.isSamePerson(as: $0) }), call.connected != nil {
                // Back after the server was restarted: the same person over a new connection.
                call.peer = back
                call.peerLeft = nil
            } else if call.connected == nil {
                end(.connectionFailed, because: .peerLeft)
                return
            } else if call.peerLeft == nil {
                call.peerLeft = now
            }
            phase = .call(call)
            if isBack || before.peerLeft != nil || before.peer.socket != call.peer.socket { catchUp() }
        }
    }

    private mutating func loseSignalling() {
        guard isOnline else { return }
        offlineSince = now
        others = []
        switch phase {
        // The answer could not be sent, nor a cancellation heard: no ringing that may be a ghost's.
        case .ringingIn: end(.connectionLost)
        // Nobody is known to have left while nobody can be seen.
        case .call(var call):
            call.peerLeft = nil
            phase = .call(call)
        case .idle, .ringingOut, .ended: break
        }
    }
}

extension Party {
    /// The same user over whichever connection. An unverified namesake of a verified user is someone else.
    func isSamePerson(as other: Party) -> Bool { name == other.name && isVerified == other.isVerified }
}
