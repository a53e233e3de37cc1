import Primitives
import STUN

extension ICEAgent {
    /// Whether a request agrees with our role, if need be after we have changed it (RFC 8445 §7.3.1.1).
    /// - Returns: false if it is the peer that must change.
    mutating func settlesRole(_ message: borrowing STUNMessage) -> Bool {
        switch role {
        case .controlling:
            guard let theirs = message.iceControlling else { return true }
            counters.roleConflicts += 1
            if tieBreaker >= theirs { return false }
            become(.controlled)
        case .controlled:
            guard let theirs = message.iceControlled else { return true }
            counters.roleConflicts += 1
            if tieBreaker < theirs { return false }
            become(.controlling)
        }
        return true
    }

    /// The peer insists on the role that our request claimed (RFC 8445 §7.2.5.1).
    mutating func resolveConflict(_ transaction: CheckTransaction, _ index: Int) {
        if transaction.role == role {
            counters.roleConflicts += 1
            tieBreaker = random.next()
            become(role == .controlling ? .controlled : .controlling)
        }
        if !transaction.isCancelled, transaction.purpose != .consent, !pairs[index].isPrevious,
            pairs[index].state != .succeeded
        {
            startCheck(index, .check)
        }
    }

    /// Checks under way claim the old role, so they are made anew; a nomination under way is void.
    private mutating func become(_ role: ICERole) {
        self.role = role
        events.append(.role(role))
        for i in pairs.indices where !pairs[i].isPrevious {
            pairs[i].nominateWhenValid = false
            cancelChecks(ofPair: pairs[i].id)
            if pairs[i].state == .inProgress { startCheck(i, .check) }
        }
        computePriorities()
        nominate()
    }
}
