/// Everything that can happen to a call. Inputs about something that is no longer there are ignored, so that late,
/// repeated and reordered ones do no harm.
public enum CallInput: Hashable, Sendable {
    // The patient, or staff on their behalf.
    /// The call button, briefly: calls, answers, cancels or ends, as the state has it.
    case pressed
    /// The call button, held: refuses a call that rings; otherwise as `pressed`.
    case held
    case requested(CallRequest)

    // Signalling. Parties are others; a client's own messages never come here.
    /// In the room, with these others.
    case joined([Party])
    /// The others in the room have changed.
    case present([Party])
    /// The server is out of reach, and with it everyone in the room.
    case signallingLost
    case invited(by: Party)
    case cancelled(by: Party)
    case answered(by: Party)
    case rejected(by: Party, RejectReason?)
    case hungUp(by: Party)
    /// `from` is the sender's socket; nil if the server does not say.
    case remoteDescription(DescriptionKind, sdp: String, from: String?)
    case remoteCandidate(Candidate, from: String?)

    // The media process.
    case mediaStarted
    /// It ended, or was ended because it hung. Its devices are closed by that.
    case mediaLost
    case localDescription(SessionNumber, DescriptionKind, sdp: String)
    case localCandidate(SessionNumber, Candidate)
    case session(SessionNumber, SessionState)
    /// The way to the other side has gone, or a better one has come: only an ICE restart uses what is there now.
    case restartNeeded(SessionNumber)
    case device(KioskDevice, DeviceFact)
}

/// What kioskctl and the front panel may ask for.
public enum CallRequest: String, Hashable, Sendable, CaseIterable { case call, hangUp, answer, refuse }

/// Why an invitation is declined.
public enum RejectReason: String, Hashable, Sendable, CaseIterable { case busy, refused, policy }

/// A media session of this kiosk's media process; never used twice.
public typealias SessionNumber = UInt32

/// Offer or answer (RFC 8829 §4.1.8).
public enum DescriptionKind: String, Hashable, Sendable, CaseIterable { case offer, answer }

/// What the machine needs to know of a session's connection.
public enum SessionState: Hashable, Sendable, CaseIterable {
    case connected
    /// Nothing comes; may heal by itself.
    case disconnected
    /// Will not heal by itself.
    case failed
    /// The other side has closed it, or it could not be set up at all; of no more use.
    case closed
}

/// An ICE candidate as signalling carries it (W3C RTCIceCandidateInit).
public struct Candidate: Hashable, Sendable {
    public var text: String
    public var mid: String?
    public var lineIndex: UInt16?

    public init(text: String, mid: String? = nil, lineIndex: UInt16? = nil) {
        (self.text, self.mid, self.lineIndex) = (text, mid, lineIndex)
    }
}
