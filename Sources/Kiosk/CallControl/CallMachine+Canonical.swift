import Primitives

extension CallMachine {
    /// The same machine at time zero and without what has no influence on what it will do: machines that will behave
    /// alike are equal. This is what makes exploring all of them end.
    package func canonical() -> CallMachine {
        var copy = self
        let origin = Instant.zero
        func shift(_ instant: Instant) -> Instant { instant == .distantFuture ? instant : origin + (instant - now) }
        copy.now = origin
        copy.offlineSince = offlineSince.map { _ in origin }
        copy.mediaDownSince = mediaDownSince.map { max(shift($0), origin - policy.limits.mediaAway) }
        copy.nextSession = 2
        switch phase {
        case .idle: break
        case .ringingIn(let ringing):
            copy.phase = .ringingIn(
                RingingIn(
                    caller: ringing.caller, since: origin, until: shift(ringing.until),
                    automatic: ringing.automatic.map(shift)))
        case .ringingOut(let ringing):
            copy.phase = .ringingOut(
                RingingOut(
                    since: origin, until: shift(ringing.until), declined: ringing.declined, onlyBusy: ringing.onlyBusy))
        case .call(let call): copy.phase = .call(call.canonical(shift, policy.limits))
        case .ended(let reason, let peer, _, let until):
            copy.phase = .ended(reason, peer: peer, duration: nil, until: shift(until))
        }
        return copy
    }
}

extension Call {
    fileprivate func canonical(_ shift: (Instant) -> Instant, _ limits: CallLimits) -> Call {
        let origin = Instant.zero
        var copy = Call(
            peer: peer, direction: direction, began: origin, agreed: connected == nil ? shift(agreed) : origin,
            offers: offers)
        copy.connected = connected.map { _ in origin }
        copy.interrupted = interrupted.map(shift)
        copy.peerLeft = peerLeft.map { interrupted == nil ? origin : shift($0) }
        copy.retry = shift(retry)
        copy.isFirstRetry = isFirstRetry
        copy.wantsRestart = wantsRestart
        // What lies too far back to hold anything up is one.
        copy.restarted = restarted.map(shift).flatMap { $0 + limits.restartPause > origin ? $0 : nil }
        copy.restartsPaid = max(shift(restartsPaid), origin)
        copy.waitingOffer = waitingOffer
        copy.sections = sections
        if let negotiation { copy.negotiation = Negotiation(negotiation, renumbered: 1) }
        return copy
    }
}

extension Negotiation {
    fileprivate init(_ other: Negotiation, renumbered number: SessionNumber) {
        self.init(number: number, kind: .answer)
        awaitsAnswer = other.awaitsAnswer
        hasRemote = other.hasRemote
        owesAnswer = other.owesAnswer
        hasLocal = other.hasLocal
        offer = other.offer
        remoteFingerprints = other.remoteFingerprints
        waitingRemote = other.waitingRemote
        waitingLocal = other.waitingLocal
        isConnected = other.isConnected
    }
}
