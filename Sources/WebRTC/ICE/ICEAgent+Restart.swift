public import Primitives

extension ICEAgent {
    /// Begins a new generation (RFC 8445 §9): new local credentials, the same sockets, no remote candidates. What is in
    /// use stays in use, with its consent, until a pair of the new generation is selected.
    /// - Returns: the new local credentials; signal them with `localCandidates`.
    @discardableResult
    public mutating func restart(now: Instant) -> ICECredentials {
        setTime(now)
        guard state != .closed else { return localCredentials }
        let keep = sendIndex.map { pairs[$0].id }
        if let keep, let index = index(ofPair: keep) {
            if !pairs[index].isPrevious, let remoteCredentials {
                previous = (localCredentials, remoteCredentials)
                remotes.removeAll(where: \.isPrevious)
            }
            pairs[index].isPrevious = true
            let address = pairs[index].path.remote
            for i in remotes.indices where remotes[i].candidate.address == address { remotes[i].isPrevious = true }
        } else {
            previous = nil
        }
        remotes.removeAll { !$0.isPrevious }
        transactions.removeAll { $0.pair != keep || $0.purpose != .consent }
        pairs.removeAll { $0.id != keep }
        selectedID = keep == selectedID ? selectedID : nil
        localCredentials = ICECredentials(using: &random)
        remoteCredentials = nil
        remoteCandidatesEnded = false
        earlyChecks.removeAll()
        firstValid = nil
        pace = self.now
        timers.stop(.pace)
        timers.stop(.nomination)
        timers.stop(.patience)
        refreshSendPair()
        if sendPair == nil { enter(.new) }
        return localCredentials
    }

    mutating func forgetPreviousGeneration() {
        previous = nil
        remotes.removeAll(where: \.isPrevious)
        if pairs.contains(where: \.isPrevious) { removePairs { $0.isPrevious } }
        answers.removeAll { $0.signature == .previous }
    }
}
