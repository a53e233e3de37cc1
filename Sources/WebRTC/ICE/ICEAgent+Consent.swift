public import Primitives

extension ICEAgent {
    /// Something authentic other than STUN came over a pair: it is alive. Consent is not renewed by it (RFC 7675 §5.1).
    public mutating func noteReceived(on path: ICEPath, now: Instant) {
        setTime(now)
        guard let index = pairs.firstIndex(where: { $0.isValid && $0.path == path }) else { return }
        heard(index)
    }

    mutating func heard(_ index: Int) {
        pairs[index].lastHeard = now
        if state == .disconnected, pairs[index].path == sendPair { enter(.connected) }
        if pairs[index].path != sendPair { considerFailover() }
    }

    mutating func handle(_ timer: ICETimer) {
        switch timer {
        case .pace, .pool: break  // `poll` goes on
        case .nomination: nominate()
        case .patience: if !pairs.contains(where: { $0.isValid && !$0.isPrevious }) { giveUp() }
        case .consent:
            if let index = sendIndex { askConsent(index) }
            timers[.consent] = now + consentDelay()
        case .silence: watchSilence()
        case .probe: continueProbe()
        case .expiry: expireConsent()
        }
    }

    /// 0.8 to 1.2 times the interval, so that the checks of many calls do not fall into step.
    mutating func consentDelay() -> Interval {
        let fifth = configuration.consentInterval / 5
        return fifth * 4 + .nanoseconds(Int64.random(in: 0...max(0, (fifth * 2).nanoseconds), using: &random))
    }

    mutating func askConsent(_ index: Int) {
        pairs[index].statistics.consentRequestsSent += 1
        begin(pair: pairs[index].id, .consent, timeout: configuration.consentTimeout)
    }

    /// While nothing comes, asks each second; that is how a way that is back is found soon.
    mutating func watchSilence() {
        guard let index = sendIndex else { return }
        guard isSilent(index) else {
            isSearching = false
            timers[.silence] = pairs[index].lastHeard + configuration.silence
            return
        }
        askConsent(index)
        timers[.silence] = now + .seconds(1)
        if pairs[index].lastHeard + configuration.disconnectedAfter <= now, state == .connected {
            enter(.disconnected)
            search()
        }
        considerFailover()
    }

    /// Where a NAT forgot the pair in use, another may still work: one that goes over a relay, say.
    mutating func search() {
        isSearching = true
        for i in pairs.indices where !pairs[i].isPrevious && pairs[i].id != selectedID {
            if pairs[i].state != .inProgress { pairs[i].state = .waiting }
        }
        pace = max(pace, now)
    }

    private mutating func expireConsent() {
        for i in pairs.indices where pairs[i].isValid && pairs[i].consentExpires <= now {
            pairs[i].state = .failed
            pairs[i].isNominated = false
            pairs[i].nominateWhenValid = false
            cancelChecks(ofPair: pairs[i].id)
            if selectedID == pairs[i].id { selectedID = nil }
        }
        var next = Instant.distantFuture
        for pair in pairs where pair.isValid { next = min(next, pair.consentExpires) }
        timers[.expiry] = next
        if previous != nil, !pairs.contains(where: { $0.isPrevious && $0.isValid }) { forgetPreviousGeneration() }
        refreshSendPair()
        guard sendPair == nil, state == .connected || state == .disconnected else { return }
        // In a restart the new generation may still be looking for a pair of its own.
        if timers[.patience] != .distantFuture { enter(.checking) } else { giveUp() }
    }

    /// Nothing of this generation works. A pair from before a restart that does is left alone.
    mutating func giveUp() {
        timers.stop(.patience)
        guard sendPair == nil else { return }
        transactions.removeAll()
        timers.stop(.pace)
        timers.stop(.nomination)
        for i in pairs.indices { pairs[i].state = .failed }
        enter(.failed)
    }
}
