public import SignallingMessages

/// What the supervisor may ask for. `to` is the socket it is meant for, nil for the room; the ancestor knows only the room.
public enum SignallingAction: Hashable, Sendable {
    /// Call whoever is in the room. Said again to each newcomer until answered, rejected, cancelled or hung up.
    case call(to: String?)
    case cancel(to: String?)
    case reject(to: String?, reason: CallSignal.RejectReason?)
    case answer(to: String?)
    case hangUp(to: String?)
    /// Said again every two seconds until an answer comes, at most 15 times, because the dialect has no acknowledgement
    /// and a page that still waits for its camera loses an offer.
    case offer(String, to: String?)
    case answerDescription(String, to: String?)
    case candidate(SignalledCandidate, to: String?)
    /// What the kiosk is doing, for the consoles' lists; `since` counts from now.
    case presence(KioskStatus)
}

/// What became of an action.
public enum SignallingDelivery: Hashable, Sendable {
    case sent
    /// Will be sent when the connection is back: the latest presence for ever; the latest cancel, reject or hang-up for
    /// 30 s, because the other side would go on waiting.
    case kept
    /// Not in a room. A call is not kept: who presses the button must see that there is no connection.
    case droppedOffline
    /// Alone in the room, or the addressee is not in it; an ancestor's server would fail on it.
    case droppedAlone
    /// The dialect cannot say it: the end of candidates.
    case droppedUnsupported
}
