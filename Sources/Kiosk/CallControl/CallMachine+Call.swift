import Primitives

extension CallMachine {
    /// Both sides want the call: the only way into one.
    mutating func agree(with peer: Party, direction: CallRecord.Direction, began: Instant, offers: Bool) {
        if hasMedia { effects += [.stopTone] }
        var call = Call(peer: peer, direction: direction, began: began, agreed: now, offers: offers)
        openMedia(&call)
        phase = .call(call)
    }

    /// The only place that opens devices and sessions. Without a media process it is left to `startMedia`.
    ///
    /// With every session the devices, since the media process closes them with the last one.
    mutating func openMedia(_ call: inout Call) {
        call.wantsRestart = false
        guard hasMedia else { return }
        let number = nextSession
        nextSession &+= 1
        let kind: DescriptionKind = call.offers ? .offer : .answer
        call.negotiation = Negotiation(number: number, kind: kind)
        effects += [.openDevices, .openSession(number, kind, previous: call.offers ? call.sections : [])]
        if call.offers { effects += [.createOffer(number)] }
        if let offer = call.waitingOffer {
            call.waitingOffer = nil
            if !call.offers { pass(.offer, offer, &call) }
        }
    }

    mutating func closeSession(_ call: inout Call) {
        if let negotiation = call.negotiation { effects += [.closeSession(negotiation.number)] }
        call.negotiation = nil
    }

    /// The only way out of ringing and of a call.
    mutating func end(_ reason: EndReason, because failure: ConnectionFailure? = nil) {
        var record = CallRecord(
            direction: .incoming, peer: nil, began: now, duration: nil, reason: reason, failure: failure)
        switch phase {
        case .idle, .ended: return
        case .ringingIn(let ringing): (record.peer, record.began) = (ringing.caller, ringing.since)
        case .ringingOut(let ringing): (record.direction, record.began) = (.outgoing, ringing.since)
        case .call(var call):
            closeSession(&call)
            if hasMedia { effects += [.closeDevices] }
            (record.direction, record.peer, record.began) = (call.direction, call.peer, call.began)
            record.duration = call.connected.map { now - $0 }
        }
        let declined = reason == .refusedHere || reason == .refusedThere || reason == .busyThere
        if hasMedia { effects += [.stopTone, .playTone(declined ? .refused : .ended, repeating: false)] }
        effects += [.record(record)]
        phase = .ended(reason, peer: record.peer, duration: record.duration, until: now + policy.limits.ended)
    }

    /// The other side calls into the call it is in: its page was loaded anew, or has lost what it knew.
    mutating func takeBack(_ caller: Party, _ old: Call) -> Bool {
        var call = old
        let isAway = call.peerLeft != nil || call.interrupted != nil
        guard isPeer(caller, of: call) || (call.connected != nil && isAway && call.peer.isSamePerson(as: caller)) else {
            return false
        }
        effects += [.sendAnswer(to: caller)]
        call.peer = caller
        call.peerLeft = nil
        // Before its offer has come, an answer said again is all that can be needed.
        let isUntouched = call.negotiation.map { !$0.awaitsAnswer && !$0.hasRemote } ?? true
        if call.connected != nil || !isUntouched || call.offers {
            closeSession(&call)
            // Its time to come back starts anew with its call.
            if call.connected != nil { call.interrupted = now }
            call.offers = false
            call.waitingOffer = nil
            call.retry = .distantFuture
            openMedia(&call)
        }
        phase = .call(call)
        return true
    }

    /// Media no longer flow.
    func interrupt(_ call: inout Call) {
        guard call.connected != nil, call.interrupted == nil else { return }
        call.interrupted = now
        call.isFirstRetry = true
    }

    /// Media have not flowed for a while, or the network has changed: tries again from this side.
    mutating func mend(_ old: Call) {
        var call = old
        let isOpen = call.negotiation?.awaitsAnswer ?? false
        if call.connected != nil, call.interrupted == nil, !isOpen {
            // Media flow: only a change of the network is a reason, and at its pace.
            let due = call.wantsRestart ? call.mayRestart(policy.limits) : .distantFuture
            guard due <= now else {
                call.retry = due
                phase = .call(call)
                return
            }
        }
        if call.isFirstRetry, hasMedia, let interrupted = call.interrupted, interrupted + policy.limits.grace <= now {
            effects += [.playTone(.weak, repeating: false)]
            call.isFirstRetry = false
        }
        call.retry = now + policy.limits.retry
        if isOnline, hasMedia, call.peerLeft == nil {
            if let negotiation = call.negotiation, negotiation.hasRemote, let offer = negotiation.offer {
                // An answer does not say which offer it answers. A late one must not be taken for the answer to a newer
                // offer: so there is one at a time, which is said again.
                effects += [.sendDescription(.offer, sdp: offer, to: call.peer)]
            } else if let negotiation = call.negotiation, negotiation.hasRemote, !negotiation.owesAnswer {
                restartICE(negotiation, &call)
            } else if call.interrupted != nil || call.connected == nil {
                offerAnew(&call)
            }
        }
        phase = .call(call)
    }

    /// A fresh session, offered by this side whoever offered first.
    mutating func offerAnew(_ call: inout Call) {
        closeSession(&call)
        call.offers = true
        call.waitingOffer = nil
        openMedia(&call)
    }
}
