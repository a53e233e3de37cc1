public import Primitives

/// What is to be done, in order. Doing one twice does no harm.
public enum CallEffect: Hashable, Sendable {
    // Signalling
    /// Calls whoever is in the room.
    case sendInvite
    case sendCancel
    case sendAnswer(to: Party)
    case sendReject(to: Party, RejectReason?)
    case sendHangUp(to: Party)
    case sendDescription(DescriptionKind, sdp: String, to: Party)
    case sendCandidate(Candidate, to: Party)

    // The media process
    /// Opens camera, microphone and speaker. Only ever for a call.
    case openDevices
    case closeDevices
    /// `kind` is what this side writes first; `previous` the m-lines of a call that is resumed.
    case openSession(SessionNumber, DescriptionKind, previous: [DescriptionSection])
    case createOffer(SessionNumber)
    case acceptDescription(SessionNumber, DescriptionKind, sdp: String)
    case addCandidate(SessionNumber, Candidate)
    /// A new offer with fresh ICE credentials.
    case restartICE(SessionNumber)
    case closeSession(SessionNumber)
    case playTone(CallTone, repeating: Bool)
    case stopTone

    /// A call, or an attempt at one, is over: for the log.
    case record(CallRecord)
}

public enum CallTone: String, Hashable, Sendable, CaseIterable {
    case ringIn, ringOut, connected, weak, ended, refused, fault
}

/// One line of the call log.
public struct CallRecord: Hashable, Sendable {
    public enum Direction: String, Hashable, Sendable { case incoming, outgoing }
    public var direction: Direction
    /// Nil if nobody answered.
    public var peer: Party?
    /// When ringing began.
    public var began: Instant
    /// How long media flowed; nil if they never did.
    public var duration: Interval?
    public var reason: EndReason
    /// What a call that could not be connected lacked.
    public var failure: ConnectionFailure?

    public init(
        direction: Direction, peer: Party?, began: Instant, duration: Interval?, reason: EndReason,
        failure: ConnectionFailure? = nil
    ) {
        (self.direction, self.peer, self.began) = (direction, peer, began)
        (self.duration, self.reason, self.failure) = (duration, reason, failure)
    }
}
