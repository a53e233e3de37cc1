public import Primitives

/// The one thing a screen is about. Times are points on the clock that the display is drawn by, so that elapsed time
/// and countdown follow from one value and nobody has to publish every second.
public enum Scene: Equatable, Sendable {
    /// Ready; the button calls the clinic.
    case idle
    /// Somebody calls. `opens` is when the camera turns on by itself; nil if only the button answers.
    case ringingIn(caller: Party, since: Instant, opens: Instant?)
    /// The patient has pressed the button and nobody has answered yet.
    case ringingOut(since: Instant)
    /// The call is agreed and the media path is being made. Shown only after `connectingDelay`, the screen before it until then.
    case connecting(with: Party, since: Instant)
    case inCall(with: Party, since: Instant)
    /// In a call whose path or whose media process is away; the last picture stays, dimmed.
    case reconnecting(with: Party, since: Instant)
    /// Shown for as long as the call machine says (5 s).
    case ended(with: Party?, reason: EndReason, lasted: Interval?)
    /// No server: the button cannot reach anybody.
    case offline
    /// The kiosk itself cannot make a call. `code` is for the staff and shown small.
    case fault(code: String)
}

/// The other side, as it is to be named to the patient.
public struct Party: Hashable, Sendable {
    /// As verified; a claimed name is for the one who publishes the scene to leave out.
    public var name: String
    /// Whether the name has been verified by an authenticated server.
    public var isVerified: Bool

    public init(name: String, isVerified: Bool = false) { (self.name, self.isVerified) = (name, isVerified) }
}

/// Why a call is over, as far as a patient needs to know.
public enum EndReason: String, CaseIterable, Hashable, Sendable {
    /// Either side hung up a call that had been on.
    case finished
    /// The patient called and nobody answered.
    case unanswered
    /// The patient called and every clinician was in another call.
    case busy
    /// The patient refused.
    case refused
    /// The caller gave up before the call began.
    case cancelled
    /// The path could not be made or did not come back.
    case failed
}
