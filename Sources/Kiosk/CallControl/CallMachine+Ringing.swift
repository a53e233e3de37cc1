import Primitives

extension CallMachine {
    // MARK: Out

    mutating func ringOut() {
        phase = .ringingOut(RingingOut(since: now, until: now + policy.limits.ringingOut))
        // Offline the invitation waits for `joined`; the button is never dead.
        if isOnline { effects += [.sendInvite] }
        if hasMedia { effects += [.playTone(.ringOut, repeating: true)] }
    }

    mutating func accept(_ party: Party) {
        guard case .ringingOut(let ringing) = phase else { return }
        agree(with: party, direction: .outgoing, began: ringing.since, offers: true)
    }

    mutating func reject(_ party: Party, _ reason: RejectReason?) {
        switch phase {
        case .ringingOut(var ringing):
            guard others.contains(where: { $0.socket == party.socket }) else { return }
            ringing.declined.insert(party.socket)
            if reason != .busy { ringing.onlyBusy = false }
            phase = .ringingOut(ringing)
            endIfAllDeclined(ringing)
        // Changed their mind after answering. A caller's rejection is of an invitation of ours that crossed theirs.
        case .call(let call) where call.connected == nil && call.direction == .outgoing && isPeer(party, of: call):
            end(.refusedThere)
        case .idle, .ringingIn, .call, .ended: break
        }
    }

    mutating func endIfAllDeclined(_ ringing: RingingOut) {
        // In an empty room there may still be someone who comes: consoles see the call without being in the room.
        guard !others.isEmpty, others.allSatisfy({ ringing.declined.contains($0.socket) }) else { return }
        effects += [.sendCancel]
        end(ringing.onlyBusy ? .busyThere : .refusedThere)
    }

    // MARK: In

    mutating func invite(_ caller: Party) {
        if case .call(let call) = phase, takeBack(caller, call) { return }
        guard policy.admits(caller) else {
            effects += [.sendReject(to: caller, .policy)]
            return
        }
        switch phase {
        case .idle, .ended: ringIn(caller)
        case .ringingIn(let ringing):
            // Said twice is said once; the countdown goes on.
            if ringing.caller.socket != caller.socket { effects += [.sendReject(to: caller, .busy)] }
        case .ringingOut(let ringing):
            // Both pressed at once. The patient has asked for this call, so the kiosk answers and the caller offers;
            // the caller's answer to our invitation then finds no ringing and is ignored.
            effects += [.sendAnswer(to: caller)]
            agree(with: caller, direction: .incoming, began: ringing.since, offers: false)
        case .call: effects += [.sendReject(to: caller, .busy)]
        }
    }

    private mutating func ringIn(_ caller: Party) {
        var ringing = RingingIn(caller: caller, since: now, until: now + policy.limits.ringingIn)
        ringing.automatic = automaticAnswer(to: caller)
        phase = .ringingIn(ringing)
        if hasMedia { effects += [.playTone(.ringIn, repeating: true)] }
    }

    /// When a ringing that chimes from now on is answered by itself: never without a chime.
    func automaticAnswer(to caller: Party) -> Instant? {
        hasMedia && policy.answersByItself(caller) ? now + max(CallLimits.chime, policy.after) : nil
    }

    mutating func answer(_ ringing: RingingIn) {
        effects += [.sendAnswer(to: ringing.caller)]
        agree(with: ringing.caller, direction: .incoming, began: ringing.since, offers: false)
    }

    mutating func refuse(_ ringing: RingingIn) {
        effects += [.sendReject(to: ringing.caller, .refused)]
        end(.refusedHere)
    }

    mutating func cancel(_ party: Party) {
        switch phase {
        case .ringingIn(let ringing) where ringing.caller.socket == party.socket: end(.cancelledThere)
        // It crossed our answer.
        case .call(let call) where isPeer(party, of: call):
            end(call.connected == nil ? .cancelledThere : .hungUpThere)
        case .idle, .ringingIn, .ringingOut, .call, .ended: break
        }
    }

    mutating func hangUp(_ party: Party) {
        switch phase {
        case .ringingIn(let ringing) where ringing.caller.socket == party.socket: end(.cancelledThere)
        case .call(let call) where isPeer(party, of: call): end(.hungUpThere)
        case .idle, .ringingIn, .ringingOut, .call, .ended: break
        }
    }

    func isPeer(_ party: Party, of call: Call) -> Bool { party.socket == call.peer.socket }
}
