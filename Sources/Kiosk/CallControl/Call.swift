import Primitives

/// A call that both sides have agreed to, from the answer to its end.
struct Call: Hashable, Sendable {
    var peer: Party
    let direction: CallRecord.Direction
    /// When ringing began.
    let began: Instant
    /// When the two sides agreed.
    let agreed: Instant
    /// When media first flowed.
    var connected: Instant?
    /// When media stopped flowing; nil while they flow.
    var interrupted: Instant?
    /// When the other side left the room while signalling was up.
    var peerLeft: Instant?
    /// When to mend next; `.distantFuture` if there is nothing to mend.
    var retry = Instant.distantFuture
    /// The network has changed since ICE was last restarted.
    var wantsRestart = false
    /// When the last restart was asked for.
    var restarted: Instant?
    /// When the credit of restarts is whole again.
    var restartsPaid = Instant.zero
    /// The attempt that is next is the first since the loss.
    var isFirstRetry = true
    /// Who offers when a session is made: whoever answered the call lets the other offer first.
    var offers: Bool
    var negotiation: Negotiation?
    /// An offer that came while the media process was away.
    var waitingOffer: String?
    var sections: [DescriptionSection] = []

    init(peer: Party, direction: CallRecord.Direction, began: Instant, agreed: Instant, offers: Bool) {
        (self.peer, self.direction, self.began) = (peer, direction, began)
        (self.agreed, self.offers) = (agreed, offers)
    }

    /// What has kept it from being connected in time.
    func lack(hasMedia: Bool) -> ConnectionFailure {
        guard hasMedia, let negotiation else { return .noMediaProcess }
        return negotiation.hasRemote ? .noPath : .noDescription
    }

    /// When a change of the network may restart ICE.
    func mayRestart(_ limits: CallLimits) -> Instant {
        let credited = restartsPaid + limits.restartCost - limits.restartCredit
        return restarted.map { max($0 + limits.restartPause, credited) } ?? credited
    }

    mutating func noteRestart(at now: Instant, _ limits: CallLimits) {
        wantsRestart = false
        restarted = now
        restartsPaid = max(restartsPaid, now) + limits.restartCost
    }

    /// When the call ends unless media flow by then.
    func deadline(_ limits: CallLimits) -> Instant {
        guard connected != nil else { return agreed + limits.connecting }
        guard let interrupted else { return .distantFuture }
        let patience = interrupted + limits.reconnecting
        return peerLeft.map { min(patience, max($0, interrupted) + limits.peerAway) } ?? patience
    }
}
