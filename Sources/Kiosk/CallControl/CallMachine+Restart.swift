import Primitives

/// ICE restarts that a change of the network asks for: at once, within a pace that a flapping link cannot exceed, and as
/// soon as server, media process and other side are there. What is merely silent is left to `mend`, which has patience.
extension CallMachine {
    mutating func restart(_ number: SessionNumber) {
        guard case .call(var call) = phase, call.connected != nil, call.negotiation?.number == number else { return }
        call.wantsRestart = true
        phase = .call(call)
        restartIfPossible()
    }

    /// To be called when anything that a wanted restart waits for may have come.
    mutating func restartIfPossible() {
        guard case .call(var call) = phase, call.wantsRestart, isOnline, hasMedia, call.peerLeft == nil,
            let negotiation = call.negotiation, negotiation.hasRemote, !negotiation.owesAnswer
        else { return }
        let due = call.mayRestart(policy.limits)
        if negotiation.awaitsAnswer {
            // The restart that is under way has all addresses: those it was offered with, and others as candidates.
            call.wantsRestart = false
            phase = .call(call)
        } else if due > now {
            call.retry = min(call.retry, due)
            phase = .call(call)
        } else {
            mend(call)
        }
    }

    /// The server, or the other side, was away and is back: what was said meanwhile went to nobody and is said again.
    mutating func catchUp() {
        guard case .call(var call) = phase, call.peerLeft == nil, hasMedia else { return }
        if call.interrupted != nil { call.wantsRestart = true }
        phase = .call(call)
        if let negotiation = call.negotiation, negotiation.hasRemote, let offer = negotiation.offer {
            effects += [.sendDescription(.offer, sdp: offer, to: call.peer)]
        } else {
            restartIfPossible()
        }
    }

    /// Asks for an offer with fresh credentials.
    mutating func restartICE(_ old: Negotiation, _ call: inout Call) {
        var negotiation = old
        negotiation.awaitsAnswer = true
        negotiation.hasLocal = false
        call.negotiation = negotiation
        call.noteRestart(at: now, policy.limits)
        effects += [.restartICE(negotiation.number)]
    }
}
