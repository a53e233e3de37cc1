import Primitives
import STUN

extension ICEAgent {
    /// An answer to one of our requests, or something that pretends to be one.
    mutating func take(_ message: borrowing STUNMessage, path: ICEPath) {
        let id = message.transactionID
        guard let t = transactions.firstIndex(where: { $0.id == id && $0.sent > 0 }),
            let index = index(ofPair: transactions[t].pair), pairs[index].path == path,
            let key = remoteKey(of: pairs[index]), message.hasIntegrity(under: key)
        else {
            counters.unsolicitedResponses += 1
            return
        }
        let transaction = transactions.remove(at: t)
        guard message.messageClass == .success else {
            if message.errorCode == 487 {
                resolveConflict(transaction, index)
            } else if transaction.purpose != .consent, !transaction.isCancelled {
                fail(index)
            }
            return
        }
        pairs[index].mapped = message.xorMappedAddress ?? pairs[index].mapped
        count(transaction, index)
        pairs[index].consentExpires = now + configuration.consentTimeout
        pairs[index].answeredRequest = max(pairs[index].answeredRequest, transaction.firstSent)
        if timers[.expiry] == .distantFuture { timers[.expiry] = pairs[index].consentExpires }
        if pairs[index].state != .succeeded, transaction.purpose != .consent { validate(index) }
        guard let index = self.index(ofPair: transaction.pair) else { return }
        heard(index)
        if transaction.purpose == .nomination, role == .controlling, transaction.role == .controlling {
            select(index)
        } else if role == .controlled, pairs[index].nominateWhenValid, pairs[index].isValid {
            acceptNomination(index)
        } else {
            nominate()
        }
    }

    func remoteKey(of pair: CandidatePair) -> [UInt8]? {
        pair.isPrevious ? previous?.remote.key : remoteCredentials?.key
    }

    private mutating func validate(_ index: Int) {
        pairs[index].state = .succeeded
        if firstValid == nil, !pairs[index].isPrevious { firstValid = now }
        events.append(.validated(pairs[index].path))
        refreshSendPair()
        if state == .checking || state == .new { enter(.connected) }
    }

    private mutating func count(_ transaction: CheckTransaction, _ index: Int) {
        pairs[index].statistics.responsesReceived += 1
        // An answer to a request that was sent twice does not say which one it answers.
        guard transaction.sent == 1 else { return }
        let roundTrip = now - transaction.firstSent
        pairs[index].statistics.currentRoundTripTime = roundTrip
        pairs[index].statistics.totalRoundTripTime = pairs[index].statistics.totalRoundTripTime + roundTrip
    }
}
