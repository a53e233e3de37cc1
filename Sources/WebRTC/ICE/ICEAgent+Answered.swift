extension ICEAgent {
    /// Whether SRTP on `path` may be looked at: our check of the pair was answered, or the peer's own was.
    ///
    /// The latter is all there is while the peer has begun a restart and its offer is held up: it checks new pairs with
    /// credentials that we cannot know yet, takes our answers for a way that works and sends on it (RFC 8445 §12.2:
    /// what arrives on any of one's candidates is to be taken). Only the peer knows our password, so nobody else opens a way.
    public func accepts(_ path: ICEPath) -> Bool { isValidated(path) || answeredPaths.contains(path) }

    /// An authentic check has come over this path; the newest of them are known.
    mutating func noteAnswered(_ path: ICEPath) {
        guard !answeredPaths.contains(path) else { return }
        if answeredPaths.count >= Self.answeredPathLimit { answeredPaths.removeFirst() }
        answeredPaths.append(path)
    }
    static let answeredPathLimit = 16
}
