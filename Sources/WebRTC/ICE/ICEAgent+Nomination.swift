import Primitives

extension ICEAgent {
    /// The controlling side's choice (RFC 8445 §8.1.1): the best pair that works, as soon as nothing better is still being
    /// tried or patience is over. The pair counts as selected only when the peer has answered: see `take`.
    mutating func nominate() {
        guard role == .controlling, remoteCredentials != nil, state != .failed, !hasCurrentSelection,
            !isNominating, let best = bestValid, let firstValid
        else { return }
        let isSecondBest = isSecondBest(best)
        let deadline = firstValid + (isSecondBest ? configuration.relayPatience : configuration.nominationPatience)
        let isBetterPending = pairs.contains {
            !$0.isPrevious && $0.priority > pairs[best].priority && ($0.state == .waiting || $0.state == .inProgress)
        }
        if isBetterPending || isSecondBest && !remoteCandidatesEnded, now < deadline {
            timers[.nomination] = deadline
            return
        }
        timers.stop(.nomination)
        startCheck(best, .nomination)
    }

    /// Over a relay or TCP: UDP may find a direct way yet.
    private func isSecondBest(_ index: Int) -> Bool {
        pairs[index].path.transport == .tcp || locals[pairs[index].local].candidate.kind == .relayed
            || remoteCandidate(of: pairs[index]).kind == .relayed
    }

    var isNominating: Bool { transactions.contains { $0.purpose == .nomination && !$0.isCancelled } }

    /// The controlled side's choice, when the peer has asked for a pair that works. A peer may ask for several (Chromium
    /// does, and so did RFC 5245): the best of them stays, unless it has fallen silent or is not asked for any longer.
    mutating func acceptNomination(_ index: Int) {
        pairs[index].isNominated = true
        pairs[index].nominateWhenValid = false
        guard let selectedID, let current = self.index(ofPair: selectedID), current != index,
            pairs[current].isValid, pairs[current].isPrevious == pairs[index].isPrevious
        else { return select(index) }
        let isForgotten = pairs[current].lastNominated + Self.nominationMemory <= now
        if pairs[index].priority > pairs[current].priority || isSilent(current) || isForgotten { select(index) }
    }
    /// Longer than Chromium's 2.5 s between the checks of a pair it has selected.
    private static let nominationMemory = Interval.seconds(3)

    mutating func select(_ index: Int) {
        pairs[index].isNominated = true
        guard selectedID != pairs[index].id else { return }
        let (id, path) = (pairs[index].id, pairs[index].path)
        selectedID = id
        timers.stop(.patience)
        timers.stop(.nomination)
        timers.stop(.pace)
        isSearching = false
        // Others may still be asked for by the peer, and are then checked again; by ourselves we try no more.
        for i in transactions.indices where transactions[i].pair != id && transactions[i].purpose == .check {
            transactions[i].nextSend = .distantFuture
            transactions[i].expires = min(transactions[i].expires, now + Self.lateAnswer)
        }
        transactions.removeAll { $0.sent == 0 && $0.nextSend == .distantFuture }
        events.append(.selected(path))
        if !pairs[index].isPrevious { forgetPreviousGeneration() }
        refreshSendPair()
        if state != .failed, state != .closed { enter(.connected) }
    }

    func isSilent(_ index: Int) -> Bool { pairs[index].lastHeard + configuration.silence <= now }

    /// Leaves a selected pair that has fallen silent for one that has been heard since: the peer's address changed, say.
    /// Silence alone is no reason, as nothing need be said on a pair between consent checks.
    mutating func considerFailover() {
        guard let selectedID, let current = index(ofPair: selectedID), isSilent(current), !pairs[current].isPrevious
        else { return }
        let since = pairs[current].lastHeard + configuration.silence
        let alive = pairs.indices.filter { pairs[$0].isValid && !pairs[$0].isPrevious && pairs[$0].lastHeard >= since }
        guard let best = alive.max(by: { pairs[$0].priority < pairs[$1].priority }) else { return }
        switch role {
        case .controlled: select(best)
        case .controlling: if !isNominating { startCheck(best, .nomination) }
        }
    }
}
