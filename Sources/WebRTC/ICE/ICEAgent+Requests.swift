public import Primitives
import STUN

extension ICEAgent {
    /// A datagram that `STUNMessage.isSTUN(firstByte:)` takes for STUN.
    public mutating func receive(
        _ datagram: RawSpan, from remote: TransportAddress, to local: TransportAddress,
        over transport: ICETransport = .udp, now: Instant
    ) {
        setTime(now)
        guard state != .closed else { return }
        guard
            let index = locals.firstIndex(where: { $0.base == local && $0.transport == transport && !$0.isRetired })
        else {
            counters.unknownDestinations += 1
            return
        }
        let path = ICEPath(local: local, remote: remote, over: transport)
        do {
            let message = try STUNMessage(datagram)
            guard message.method == .binding else {
                counters.malformedMessages += 1
                return
            }
            switch message.messageClass {
            case .request: answer(message, size: datagram.byteCount, path: path, local: index)
            case .success, .error: take(message, path: path)
            case .indication: break  // a keepalive; it proves nothing
            }
        } catch {
            counters.malformedMessages += 1
        }
    }

    private mutating func answer(_ message: borrowing STUNMessage, size: Int, path: ICEPath, local: Int) {
        guard message.hasFingerprint else {
            counters.malformedMessages += 1
            return
        }
        guard message.hasMessageIntegrity, let username = message.username else {
            return refuse(400, message.transactionID, path, size: size)
        }
        let signature: PendingAnswer.Signature
        let sender: [UInt8]
        if let fragment = senderFragment(username, to: localCredentials),
            message.hasIntegrity(under: localCredentials.key)
        {
            (signature, sender) = (.current, fragment)
        } else if let previous, let fragment = senderFragment(username, to: previous.local),
            message.hasIntegrity(under: previous.local.key)
        {
            (signature, sender) = (.previous, fragment)
        } else {
            return refuse(401, message.transactionID, path, size: size)
        }

        func reply(_ content: PendingAnswer.Content) -> PendingAnswer {
            PendingAnswer(content: content, id: message.transactionID, path: path, signature: signature)
        }
        if let unknown = message.firstUnknownAttribute { return enqueue(reply(.unknownAttribute(unknown))) }
        guard signature == .current else {
            enqueue(reply(.success))
            noteAnswered(path)
            return followPrevious(path, local: local, useCandidate: message.useCandidate)
        }
        guard settlesRole(message) else { return enqueue(reply(.error(487))) }
        enqueue(reply(.success))
        noteAnswered(path)
        let check = EarlyCheck(
            local: local, path: path, priority: message.priority ?? 1, useCandidate: message.useCandidate,
            senderFragment: sender)
        guard let remoteCredentials else { return keep(check) }
        guard sender == remoteCredentials.fragmentBytes else {
            counters.foreignFragments += 1
            return
        }
        follow(check)
    }

    /// The sender's part of USERNAME if the receiver's part is ours.
    private func senderFragment(_ username: RawSpan, to receiver: ICECredentials) -> [UInt8]? {
        let size = receiver.fragmentBytes.count
        guard username.byteCount <= size + 257, username.byte(at: size) == UInt8(ascii: ":"),
            receiver.fragmentBytes.indices.allSatisfy({ username.byte(at: $0) == receiver.fragmentBytes[$0] }),
            let theirs = username.slice(size + 1..<username.byteCount)
        else { return nil }
        // Consent checks go on for the whole call; the name that is already known costs no memory.
        if let known = remoteCredentials?.fragmentBytes, theirs.byteCount == known.count,
            known.indices.allSatisfy({ theirs.byte(at: $0) == known[$0] })
        {
            return known
        }
        return theirs.toArray()
    }

    /// A request whose sender is not who it should be. The refusal is never longer than what was asked, and rare.
    private mutating func refuse(_ code: Int, _ id: STUNTransactionID, _ path: ICEPath, size: Int) {
        counters.unauthorizedRequests += 1
        if refusalWindow + .seconds(1) <= now { (refusalWindow, refusalsInWindow) = (now, 0) }
        guard size >= Self.refusalSize, refusalsInWindow < Self.refusalsPerSecond else {
            counters.droppedAnswers += 1
            return
        }
        refusalsInWindow += 1
        enqueue(PendingAnswer(content: .error(code), id: id, path: path, signature: .none))
    }
    private static let refusalSize = 36
    private static let refusalsPerSecond = 20

    private mutating func enqueue(_ answer: PendingAnswer) {
        guard answers.count < Self.answerLimit else {
            counters.droppedAnswers += 1
            return
        }
        answers.append(answer)
    }

    /// Remembers a check until the peer's credentials are there.
    private mutating func keep(_ check: EarlyCheck) {
        if let known = earlyChecks.firstIndex(where: { $0.path == check.path }) {
            let useCandidate = earlyChecks[known].useCandidate || check.useCandidate
            earlyChecks[known] = check
            earlyChecks[known].useCandidate = useCandidate
        } else if earlyChecks.count < Self.earlyCheckLimit {
            earlyChecks.append(check)
        } else {
            counters.limitedPairs += 1
        }
    }

    /// What an authentic check of the peer's leads to (RFC 8445 §7.3.1.3 to §7.3.1.5).
    mutating func follow(_ check: EarlyCheck) {
        guard state != .failed, let remote = learn(check.path, priority: check.priority),
            let index = makePair(local: check.local, remote: remotes[remote].candidate, isUrgent: true)
        else { return }
        pairs[index].statistics.requestsReceived += 1
        pairs[index].statistics.responsesSent += 1
        if check.useCandidate, role == .controlled {
            pairs[index].nominateWhenValid = true
            pairs[index].lastNominated = now
        }
        switch pairs[index].state {
        case .succeeded:
            heard(index)
            if check.useCandidate, role == .controlled { acceptNomination(index) }
        case .inProgress: hastenCheck(ofPair: pairs[index].id)
        case .waiting, .failed: startCheck(index, .check)
        }
    }
}
