import Primitives

extension ICEAgent {
    /// The pair of two candidates, made if it can work and is not there yet.
    /// - Parameter isUrgent: a check has come over it, so that it may push out another.
    @discardableResult
    mutating func makePair(local: Int, remote: ICECandidate, isUrgent: Bool) -> Int? {
        guard locals[local].transport == remote.transport else { return nil }
        // Only what connects asks first; who is connected to learns of the other end from its check (RFC 6544 §6.2).
        guard isUrgent || locals[local].candidate.tcpType != .passive else { return nil }
        let path = ICEPath(local: locals[local].base, remote: remote.address, over: remote.transport)
        if let known = pairs.firstIndex(where: { !$0.isPrevious && $0.path == path }) { return known }
        let canPair = ICECandidate.canPair(path.local.address, path.remote.address)
        guard canPair || isUrgent && path.local.address.family == path.remote.address.family else { return nil }
        var pair = CandidatePair(id: nextPairID, local: local, path: path, lastHeard: now)
        pair.priority = priority(local: locals[local].candidate.priority, remote: remote.priority)
        guard makeRoomForPair(priority: pair.priority, isUrgent: isUrgent) else {
            counters.limitedPairs += 1
            return nil
        }
        nextPairID &+= 1
        pairs.append(pair)
        return pairs.count - 1
    }

    /// Below the limit, or the least of the pairs that have shown nothing yet goes (RFC 8445 §6.1.2.5).
    private mutating func makeRoomForPair(priority: UInt64, isUrgent: Bool) -> Bool {
        guard pairs.count >= configuration.pairLimit else { return true }
        let least = pairs.filter { $0.state == .waiting || $0.state == .failed }.min { $0.priority < $1.priority }
        guard let least, isUrgent || least.priority < priority else { return false }
        removePairs { $0.id == least.id }
        counters.limitedPairs += 1
        return true
    }

    mutating func removePairs(where condition: (CandidatePair) -> Bool) {
        pairs.removeAll(where: condition)
        transactions.removeAll { transaction in !pairs.contains { $0.id == transaction.pair } }
        if let selectedID, !pairs.contains(where: { $0.id == selectedID }) { self.selectedID = nil }
        refreshSendPair()
    }

    func priority(local: UInt32, remote: UInt32) -> UInt64 {
        role == .controlling
            ? CandidatePair.priority(controlling: local, controlled: remote)
            : CandidatePair.priority(controlling: remote, controlled: local)
    }

    /// After a change of role or of what is known of a candidate.
    mutating func computePriorities() {
        for i in pairs.indices where !pairs[i].isPrevious {
            let path = pairs[i].path
            guard let remote = remotes.first(where: { !$0.isPrevious && $0.isAt(path) }) else { continue }
            pairs[i].priority = priority(
                local: locals[pairs[i].local].candidate.priority, remote: remote.candidate.priority)
        }
        refreshSendPair()
    }

    func index(ofPair id: UInt32) -> Int? { pairs.firstIndex { $0.id == id } }

    /// The best valid pair of this generation.
    var bestValid: Int? {
        pairs.indices.filter { pairs[$0].isValid && !pairs[$0].isPrevious }
            .max { pairs[$0].priority < pairs[$1].priority }
    }

    /// The selected pair; before there is one, the best that works; in a restart, the old one until a new is selected.
    var sendIndex: Int? {
        if let selectedID, let index = index(ofPair: selectedID), pairs[index].isValid { return index }
        let old = pairs.indices.filter { pairs[$0].isPrevious && pairs[$0].isValid }
        return old.max { pairs[$0].priority < pairs[$1].priority } ?? bestValid
    }

    /// To be called after anything that may change which pair is sent on.
    mutating func refreshSendPair() {
        let index = sendIndex
        let path = index.map { pairs[$0].path }
        guard path != sendPair else { return }
        sendPair = path
        if let index {
            timers[.consent] = now + consentDelay()
            timers[.silence] = max(now, pairs[index].lastHeard + configuration.silence)
        } else {
            timers.stop(.consent)
            timers.stop(.silence)
        }
    }
}
