/// One session's exchange of descriptions and candidates, each in its order whatever the order they come in.
///
/// A candidate is of no use to whoever has not got the description it belongs to, so candidates wait here, both ways.
struct Negotiation: Hashable, Sendable {
    let number: SessionNumber
    /// An offer of ours was asked for or sent and has no answer yet.
    var awaitsAnswer: Bool
    /// A description of theirs has been passed on.
    var hasRemote = false
    /// An offer of theirs has been passed on and not been answered yet.
    var owesAnswer = false
    /// A description of ours has been sent.
    var hasLocal = false
    /// The offer that is waited for an answer to, to be said again.
    var offer: String?
    var remoteFingerprints: Set<String> = []
    var waitingRemote: [Candidate] = []
    var waitingLocal: [Candidate] = []
    var isConnected = false

    /// More candidates than any host has; what is beyond is dropped.
    static let candidateLimit = 64

    init(number: SessionNumber, kind: DescriptionKind) {
        self.number = number
        awaitsAnswer = kind == .offer
    }

    /// Local candidates may go: the other side has, or has had time to make, the session they belong to.
    var mayTrickle: Bool { hasLocal && !awaitsAnswer }
}
