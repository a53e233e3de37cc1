public import Primitives

extension ICEAgent {
    /// Begins a new generation (RFC 8445 §9): new local credentials, the same sockets, no remote candidates. What is in
    /// use stays in use, with its consent, until a pair of the new generation is selected; so do the other pairs that work.
    /// - Returns: the new local credentials; signal them with `localCandidates`.
    @discardableResult
    public mutating func restart(now: Instant) -> ICECredentials {
        setTime(now)
        guard state != .closed else { return localCredentials }
        if let using = sendIndex {
            let isOfPrevious = pairs[using].isPrevious
            if !isOfPrevious, let remoteCredentials {
                previous = (localCredentials, remoteCredentials)
                remotes.removeAll(where: \.isPrevious)
            }
            // Until the peer learns of this it may send on any pair that works, not only on the one that we use.
            pairs.removeAll { !$0.isValid || $0.isPrevious != isOfPrevious }
            for i in pairs.indices { pairs[i].isPrevious = true }
            for i in remotes.indices where pairs.contains(where: { remotes[i].isAt($0.path) }) {
                remotes[i].isPrevious = true
            }
        } else {
            previous = nil
            pairs.removeAll()
        }
        remotes.removeAll { !$0.isPrevious }
        transactions.removeAll { transaction in
            transaction.purpose != .consent || !pairs.contains { $0.id == transaction.pair }
        }
        if let selectedID, index(ofPair: selectedID) == nil { self.selectedID = nil }
        rankPreferred()
        localCredentials = ICECredentials(using: &random)
        remoteCredentials = nil
        remoteCandidatesEnded = false
        earlyChecks.removeAll()
        firstValid = nil
        isSearching = false
        probedSince = nil
        timers.stop(.probe)
        pace = self.now
        timers.stop(.pace)
        timers.stop(.nomination)
        timers.stop(.patience)
        refreshSendPair()
        if sendPair == nil { enter(.new) }
        return localCredentials
    }

    /// A check by a peer that has not learnt of our restart. It may send on this pair from now on, whichever we use.
    mutating func followPrevious(_ path: ICEPath, local: Int, useCandidate: Bool) {
        guard let index = pairs.firstIndex(where: { $0.isPrevious && $0.path == path }) ?? makePreviousPair(path, local)
        else { return }
        pairs[index].statistics.requestsReceived += 1
        pairs[index].statistics.responsesSent += 1
        if useCandidate, role == .controlled {
            pairs[index].nominateWhenValid = true
            pairs[index].lastNominated = now
        }
        switch pairs[index].state {
        case .succeeded:
            heard(index)
            if useCandidate, role == .controlled { acceptNomination(index) }
        case .inProgress: hastenCheck(ofPair: pairs[index].id)
        case .waiting, .failed: startCheck(index, .check)
        }
    }

    private mutating func makePreviousPair(_ path: ICEPath, _ local: Int) -> Int? {
        guard pairs.count < configuration.pairLimit, pairs.count(where: \.isPrevious) < Self.previousPairLimit else {
            counters.limitedPairs += 1
            return nil
        }
        var pair = CandidatePair(id: nextPairID, local: local, path: path, lastHeard: now)
        pair.isPrevious = true
        nextPairID &+= 1
        pairs.append(pair)
        return pairs.count - 1
    }
    private static let previousPairLimit = 16

    mutating func forgetPreviousGeneration() {
        previous = nil
        remotes.removeAll(where: \.isPrevious)
        if pairs.contains(where: \.isPrevious) { removePairs { $0.isPrevious } }
        answers.removeAll { $0.signature == .previous }
    }
}
