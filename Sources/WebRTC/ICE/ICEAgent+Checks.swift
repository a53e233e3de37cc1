import Primitives
import STUN

extension ICEAgent {
    /// Starts a check on a pair now, whatever the pace; for triggered checks and nominations, and for the pacer itself.
    mutating func startCheck(_ index: Int, _ purpose: CheckTransaction.Purpose) {
        cancelChecks(ofPair: pairs[index].id)
        if pairs[index].state != .succeeded { pairs[index].state = .inProgress }
        pairs[index].statistics.requestsSent += 1
        // With many pairs in flight, retransmissions keep the pace too (RFC 8445 §14.3).
        let inFlight = pairs.count { $0.state == .inProgress }
        let timeout = max(configuration.retransmissionTimeout, configuration.checkInterval * Int64(inFlight))
        begin(pair: pairs[index].id, purpose, timeout: timeout)
        pace = max(pace, now) + configuration.checkInterval
    }

    mutating func begin(pair: UInt32, _ purpose: CheckTransaction.Purpose, timeout: Interval) {
        if transactions.count >= Self.transactionLimit {
            let victim = transactions.firstIndex { $0.isCancelled || $0.purpose == .consent } ?? 0
            transactions.remove(at: victim)
        }
        transactions.append(
            CheckTransaction(
                id: STUNTransactionID(using: &random), pair: pair, purpose: purpose, role: role,
                tieBreaker: tieBreaker,
                useCandidate: purpose == .nomination
                    || purpose == .consent && role == .controlling && pair == selectedID,
                nextSend: now, timeout: timeout))
    }

    /// Stops what is under way on a pair; late answers stay welcome.
    mutating func cancelChecks(ofPair id: UInt32) {
        for i in transactions.indices where transactions[i].pair == id && transactions[i].purpose != .consent {
            transactions[i].isCancelled = true
            transactions[i].nextSend = .distantFuture
            transactions[i].expires = min(transactions[i].expires, now + Self.lateAnswer)
        }
        transactions.removeAll { $0.isCancelled && $0.sent == 0 }
    }
    static let lateAnswer = Interval.seconds(5)

    /// A check of the peer's has come over a pair whose own check is under way: the way back may just have opened.
    mutating func hastenCheck(ofPair id: UInt32) {
        guard
            let i = transactions.firstIndex(where: {
                $0.pair == id && !$0.isCancelled && $0.purpose != .consent && $0.sent > 0
            }), transactions[i].hastened < Self.hastenedLimit
        else { return }
        let soon = max(now, transactions[i].lastSent + .milliseconds(5))
        guard soon < transactions[i].nextSend else { return }
        transactions[i].nextSend = soon
        transactions[i].isHastened = true
    }
    private static let hastenedLimit = 8

    /// The pacer: starts checks on waiting pairs, best first, until the burst is used up.
    mutating func startWaitingChecks() {
        guard remoteCredentials != nil, state != .failed, state != .closed, isSearching || !hasCurrentSelection
        else {
            timers.stop(.pace)
            return
        }
        let burst = configuration.checkInterval * Int64(configuration.checkBurst - 1)
        while true {
            guard let best = bestWaiting else {
                timers.stop(.pace)
                return
            }
            guard pace <= now + burst else {
                timers[.pace] = pace - burst
                return
            }
            startCheck(best, .check)
        }
    }

    private var bestWaiting: Int? {
        var best: Int?
        for i in pairs.indices where pairs[i].state == .waiting && !pairs[i].isPrevious {
            if let found = best, pairs[found].priority >= pairs[i].priority { continue }
            best = i
        }
        return best
    }

    /// Whether a pair of this generation is selected.
    var hasCurrentSelection: Bool {
        guard let selectedID, let index = index(ofPair: selectedID) else { return false }
        return !pairs[index].isPrevious && pairs[index].isValid
    }

    /// After a transaction was sent: when it is sent again, and until when it is waited for.
    mutating func scheduleAfterSending(_ i: Int) {
        if transactions[i].sent == 0 { transactions[i].firstSent = now }
        transactions[i].sent += 1
        transactions[i].lastSent = now
        guard transactions[i].purpose != .consent else {
            transactions[i].nextSend = .distantFuture
            transactions[i].expires = now + .seconds(10)
            return
        }
        if transactions[i].isHastened {
            transactions[i].isHastened = false
            transactions[i].hastened += 1
        }
        if transactions[i].sent - transactions[i].hastened < configuration.requestCount {
            transactions[i].nextSend = now + transactions[i].timeout
            // With many pairs in flight, retransmissions keep the pace (RFC 8445 §14.3).
            let pace = configuration.checkInterval * Int64(pairs.count { $0.state == .inProgress })
            transactions[i].timeout = min(transactions[i].timeout * 2, max(Self.longestTimeout, pace))
        } else {
            transactions[i].nextSend = .distantFuture
            transactions[i].expires = min(transactions[i].expires, now + Self.lastWait)
        }
    }
    private static let longestTimeout = Interval.milliseconds(400)
    private static let lastWait = Interval.milliseconds(1600)

    /// Checks that nobody answered.
    mutating func expireTransactions() {
        while let i = transactions.firstIndex(where: { $0.expires <= now }) {
            let transaction = transactions.remove(at: i)
            guard !transaction.isCancelled, transaction.purpose != .consent,
                let index = index(ofPair: transaction.pair)
            else { continue }
            if transaction.purpose == .nomination, pairs[index].isValid, role == .controlling,
                pairs[index].lastHeard + configuration.disconnectedAfter > now
            {
                startCheck(index, .nomination)  // the pair lives; the answers were lost
            } else {
                fail(index)
            }
        }
    }

    /// A pair does not work. When none does, all get another try, as the way may open any moment; until patience ends, or
    /// half of it is over and the peer has said that it has no more candidates.
    mutating func fail(_ index: Int) {
        pairs[index].state = .failed
        pairs[index].isNominated = false
        if selectedID == pairs[index].id { selectedID = nil }
        refreshSendPair()
        nominate()
        guard timers[.patience] != .distantFuture,
            pairs.allSatisfy({ $0.isPrevious || $0.state == .failed })
        else { return }
        let isHalfOver = timers[.patience] - configuration.patience / 2 <= now
        if remoteCandidatesEnded, isHalfOver {
            giveUp()
        } else {
            for i in pairs.indices where !pairs[i].isPrevious { pairs[i].state = .waiting }
        }
    }
}
