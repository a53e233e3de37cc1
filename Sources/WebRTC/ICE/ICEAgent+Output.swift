import Primitives
import STUN

extension ICEAgent {
    /// The next thing to do. Drain until `.idle(until:)`.
    public mutating func poll() -> ICEOutput {
        guard state != .closed else {
            return events.isEmpty ? .idle(until: .distantFuture) : .event(events.removeFirst())
        }
        if hasDueTimer { runTimers() }
        if timers[.pool] == .distantFuture {
            while !answers.isEmpty {
                let answer = answers[0]
                guard let buffer = encode(answer) else { break }
                answers.removeFirst()
                return .transmit(buffer, answer.path)
            }
            startWaitingChecks()
            while let i = dueTransaction {
                guard let pair = index(ofPair: transactions[i].pair), let parties = credentials(of: pairs[pair]) else {
                    transactions.remove(at: i)  // nobody to ask any more
                    continue
                }
                guard let buffer = encode(transactions[i], pairs[pair], parties.own, parties.peer) else { break }
                scheduleAfterSending(i)
                return .transmit(buffer, pairs[pair].path)
            }
        }
        return events.isEmpty ? .idle(until: nextDeadline) : .event(events.removeFirst())
    }

    private var hasDueTimer: Bool {
        if timers.next <= now { return true }
        for transaction in transactions where transaction.expires <= now { return true }
        return false
    }

    private var dueTransaction: Int? { transactions.firstIndex { $0.nextSend <= now } }

    private var nextDeadline: Instant {
        var next = timers.next
        let mayTransmit = timers[.pool] == .distantFuture
        for transaction in transactions {
            next = min(next, transaction.expires)
            if mayTransmit { next = min(next, transaction.nextSend) }
        }
        return next
    }

    private mutating func encode(
        _ transaction: CheckTransaction, _ pair: CandidatePair, _ own: ICECredentials, _ peer: ICECredentials
    ) -> PooledBuffer? {
        guard var buffer = takeBuffer() else { return nil }
        var out = STUNMessageWriter(buffer.storage, .request, .binding, transactionID: transaction.id)
        out.writeUsername(receiver: peer.fragmentBytes, sender: own.fragmentBytes)
        switch transaction.role {
        case .controlling: out.writeICEControlling(tieBreaker: transaction.tieBreaker)
        case .controlled: out.writeICEControlled(tieBreaker: transaction.tieBreaker)
        }
        if transaction.useCandidate { out.writeUseCandidate() }
        out.writePriority(locals[pair.local].reflexivePriority)
        let size = out.finish(integrityKey: peer.key)
        buffer.setCount(size ?? 0)
        return buffer
    }

    private mutating func encode(_ answer: PendingAnswer) -> PooledBuffer? {
        let key: [UInt8]? =
            switch answer.signature {
            case .none: nil
            case .current: localCredentials.key
            case .previous: previous?.local.key
            }
        guard var buffer = takeBuffer() else { return nil }
        var isSuccess = false
        if case .success = answer.content { isSuccess = true }
        var out = STUNMessageWriter(buffer.storage, isSuccess ? .success : .error, .binding, transactionID: answer.id)
        switch answer.content {
        case .success: out.writeXORMappedAddress(answer.path.remote)
        case .error(let code): out.writeErrorCode(code)
        case .unknownAttribute(let attribute):
            out.writeErrorCode(420)
            out.writeUnknownAttribute(attribute)
        }
        let size = out.finish(integrityKey: key)
        buffer.setCount(size ?? 0)
        return buffer
    }

    private func credentials(of pair: CandidatePair) -> (own: ICECredentials, peer: ICECredentials)? {
        if pair.isPrevious { return previous.map { ($0.local, $0.remote) } }
        return remoteCredentials.map { (localCredentials, $0) }
    }

    private mutating func takeBuffer() -> PooledBuffer? {
        do {
            return try packets.take()
        } catch {
            counters.poolExhaustions += 1
            timers[.pool] = now + .milliseconds(5)
            return nil
        }
    }
}
