/// A track that we send, as it will stand in descriptions. The numbers and names are the caller's, drawn at random.
public struct LocalMedia: Hashable, Sendable {
    public var kind: MediaKind
    public var ssrc: UInt32
    /// For retransmissions, used where RTX is agreed.
    public var retransmissionSSRC: UInt32?
    /// `a=msid` (RFC 8830): tokens of at most 64 characters.
    public var streamID: String
    public var trackID: String
    /// What we want; the description has what of it the other side wants too.
    public var direction: MediaDirection

    public init(
        kind: MediaKind, ssrc: UInt32, retransmissionSSRC: UInt32? = nil, streamID: String, trackID: String,
        direction: MediaDirection = .sendrecv
    ) {
        precondition(
            [streamID, trackID].allSatisfy { Text.isToken($0) && $0.utf8.count <= 64 }, "msid ids are short tokens")
        (self.kind, self.ssrc, self.retransmissionSSRC) = (kind, ssrc, retransmissionSSRC)
        (self.streamID, self.trackID, self.direction) = (streamID, trackID, direction)
    }
}

/// Our side of the one transport, as it is when a description is written.
public struct LocalTransport: Hashable, Sendable {
    public let usernameFragment: String
    public let password: String
    public let fingerprints: [Fingerprint]
    /// Candidates known so far, each as `candidate:…`; later ones go by trickle.
    public let candidates: [String]
    /// No more will follow (RFC 8840 §8.2).
    public let endOfCandidates: Bool

    public init(
        usernameFragment: String, password: String, fingerprints: [Fingerprint], candidates: [String] = [],
        endOfCandidates: Bool = false
    ) {
        precondition(usernameFragment.utf8.count >= 4 && password.utf8.count >= 22, "RFC 8445 §5.3 wants longer ones")
        precondition(!fingerprints.isEmpty, "DTLS needs a certificate's fingerprint")
        precondition(
            candidates.allSatisfy { $0.utf8.starts(with: "candidate:".utf8) }, "a candidate is candidate:…")
        (self.usernameFragment, self.password, self.fingerprints) = (usernameFragment, password, fingerprints)
        (self.candidates, self.endOfCandidates) = (candidates, endOfCandidates)
    }
}

/// One `m=` line's place in the session: what a fresh process needs to know of an earlier one's call.
public struct MediaSlot: Hashable, Sendable {
    public let mid: String
    public let kind: MediaKind

    /// Nil if mid or kind is not a token, as descriptions have them.
    public init?(mid: String, kind: MediaKind) {
        guard Text.isToken(mid), mid.utf8.count <= 64, Text.isToken(kind.description) else { return nil }
        self.init(checked: mid, kind)
    }

    init(checked mid: String, _ kind: MediaKind) { (self.mid, self.kind) = (mid, kind) }
}
