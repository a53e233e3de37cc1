import Primitives

extension CallMachine {
    /// Whether a message is from the other side of this call; the ancestor's server does not say, and its rooms hold two.
    private func isFromPeer(_ socket: String?, _ call: Call) -> Bool { socket == nil || socket == call.peer.socket }

    mutating func describe(_ kind: DescriptionKind, _ sdp: String, _ from: String?) {
        guard case .call(var call) = phase, isFromPeer(from, call) else { return }
        guard let negotiation = call.negotiation else {
            guard kind == .offer else { return }
            if hasMedia {
                replaceSession(&call)
                pass(.offer, sdp, &call)
            } else if !call.offers {
                // The offer that this call waits for is worth keeping while the media process is away.
                call.waitingOffer = sdp
            }
            phase = .call(call)
            return
        }
        switch kind {
        case .answer:
            guard negotiation.awaitsAnswer, negotiation.hasLocal else { return }
        case .offer:
            // Offers crossed: ours stands and theirs is rolled back (RFC 8829 §4.1.8.2 lets a page do so unasked).
            guard !negotiation.awaitsAnswer else { return }
            let fingerprints = DescriptionSummary(sdp).fingerprints
            if negotiation.hasRemote, fingerprints != negotiation.remoteFingerprints {
                replaceSession(&call)
            }
        }
        pass(kind, sdp, &call)
        phase = .call(call)
    }

    /// Another certificate is another session (RFC 8842 §5.1): this side's has to be new as well.
    private mutating func replaceSession(_ call: inout Call) {
        closeSession(&call)
        interrupt(&call)
        call.offers = false
        call.retry = now + policy.limits.retry
        openMedia(&call)
    }

    /// Passes a description of the other side to the media process, and the candidates that waited for it.
    mutating func pass(_ kind: DescriptionKind, _ sdp: String, _ call: inout Call) {
        guard var negotiation = call.negotiation else { return }
        let summary = DescriptionSummary(sdp)
        negotiation.remoteFingerprints = summary.fingerprints
        negotiation.hasRemote = true
        negotiation.awaitsAnswer = false
        negotiation.offer = nil
        negotiation.owesAnswer = kind == .offer
        call.sections = summary.sections
        effects += [.acceptDescription(negotiation.number, kind, sdp: sdp)]
        effects += negotiation.waitingRemote.map { .addCandidate(negotiation.number, $0) }
        negotiation.waitingRemote = []
        release(&negotiation, to: call.peer)
        call.negotiation = negotiation
    }

    mutating func trickle(_ candidate: Candidate, _ from: String?) {
        guard case .call(var call) = phase, isFromPeer(from, call), var negotiation = call.negotiation else { return }
        if negotiation.hasRemote {
            effects += [.addCandidate(negotiation.number, candidate)]
        } else if negotiation.waitingRemote.count < Negotiation.candidateLimit {
            negotiation.waitingRemote.append(candidate)
        }
        call.negotiation = negotiation
        phase = .call(call)
    }

    mutating func send(_ number: SessionNumber, _ kind: DescriptionKind, _ sdp: String) {
        guard case .call(var call) = phase, var negotiation = call.negotiation, negotiation.number == number else {
            return
        }
        // An answer to an offer that has been superseded is nobody's answer.
        guard kind == .offer ? negotiation.awaitsAnswer : negotiation.owesAnswer else { return }
        negotiation.hasLocal = true
        negotiation.owesAnswer = false
        negotiation.offer = kind == .offer ? sdp : nil
        effects += [.sendDescription(kind, sdp: sdp, to: call.peer)]
        release(&negotiation, to: call.peer)
        call.negotiation = negotiation
        phase = .call(call)
        restartIfPossible()
    }

    mutating func send(_ number: SessionNumber, _ candidate: Candidate) {
        guard case .call(var call) = phase, var negotiation = call.negotiation, negotiation.number == number else {
            return
        }
        if negotiation.mayTrickle {
            effects += [.sendCandidate(candidate, to: call.peer)]
        } else if negotiation.waitingLocal.count < Negotiation.candidateLimit {
            negotiation.waitingLocal.append(candidate)
        }
        call.negotiation = negotiation
        phase = .call(call)
    }

    private mutating func release(_ negotiation: inout Negotiation, to peer: Party) {
        guard negotiation.mayTrickle else { return }
        effects += negotiation.waitingLocal.map { .sendCandidate($0, to: peer) }
        negotiation.waitingLocal = []
    }
}
