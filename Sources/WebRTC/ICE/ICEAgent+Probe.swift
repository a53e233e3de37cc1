public import Primitives

/// When the host's network has changed below the sockets.
extension ICEAgent {
    /// Asks at once whether the pair in use still works, and again until it answers; all others are tried beside it. Where
    /// no answer comes in time, `.unanswered` says so, and the pair counts as silent.
    public mutating func probe(now: Instant) {
        setTime(now)
        guard sendPair != nil, probedSince == nil, state == .connected || state == .disconnected else { return }
        probedSince = self.now
        timers[.probe] = self.now
        if remoteCredentials != nil { search() }
    }

    mutating func continueProbe() {
        guard let since = probedSince, let index = sendIndex, pairs[index].answeredRequest < since else {
            probedSince = nil
            return
        }
        guard now < since + configuration.probePatience else {
            probedSince = nil
            events.append(.unanswered)
            // What others still say over it is heard again; what was said before the change is no sign of life.
            pairs[index].lastHeard = min(pairs[index].lastHeard, now - configuration.silence)
            watchSilence()
            return
        }
        askConsent(index)
        timers[.probe] = min(now + configuration.probeInterval, since + configuration.probePatience)
    }

    /// The host would send from `address` now: among candidates of one kind and family it comes first from the next
    /// restart on.
    public mutating func prefer(_ address: IPAddress) { preferredAddress = address }

    /// Gives the preferred address' candidates the best priority that one of their kind and family has.
    mutating func rankPreferred() {
        guard let preferredAddress else { return }
        func isAlike(_ a: LocalCandidate, _ b: LocalCandidate) -> Bool {
            !a.isRetired && a.candidate.kind == b.candidate.kind && a.transport == b.transport
                && a.candidate.tcpType == b.candidate.tcpType && a.base.address.family == b.base.address.family
        }
        for i in locals.indices where !locals[i].isRetired && locals[i].base.address == preferredAddress {
            let best = locals.indices.filter { isAlike(locals[$0], locals[i]) }
                .max { locals[$0].candidate.priority < locals[$1].candidate.priority }
            guard let best, best != i, locals[best].base.address != preferredAddress else { continue }
            let (mine, theirs) = (locals[i], locals[best])
            locals[i].takePriority(of: theirs)
            locals[best].takePriority(of: mine)
        }
    }
}
