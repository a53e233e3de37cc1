public import Primitives

/// Candidates of TCP (RFC 6544): who connects, who is connected to, and what becomes of a connection that ends.
extension ICEAgent {
    /// Adds a host candidate of TCP and starts checks from it, if it is an active one.
    /// - Parameters:
    ///   - base: a listening socket's address for a passive one, port 9 of an address of ours for an active one.
    ///   - isHidden: connections are made from there, but the peer is not told.
    /// - Returns: what to signal; nil if it is there already, hidden, unusable, or one too many.
    @discardableResult
    public mutating func addLocalCandidate(
        base: TransportAddress, tcpType: ICETCPType, isHidden: Bool = false, now: Instant
    ) -> ICECandidate? {
        setTime(now)
        let before = rank(of: base.address.family, .tcp) * 128 + (base.address.family == .ipv4 ? 64 : 0)
        let preference = UInt32(clamping: 8191 - before - (base.address.isLoopback ? 4096 : 0))
        let candidate = ICECandidate(
            foundation: "c\(locals.count + 1)",
            priority: ICECandidate.priority(tcp: tcpType, preference: preference), address: base, kind: .host,
            tcpType: tcpType)
        let local = LocalCandidate(
            candidate: candidate, base: base,
            reflexivePriority: ICECandidate.priority(tcp: tcpType, preference: preference, isReflexive: true),
            isHidden: isHidden)
        return insert(local) && !isHidden ? signalled(candidate) : nil
    }

    /// The connection of `path` could not be made or is over. A pair that worked ends with it at once. While it was still
    /// being tried it counts as a check that was lost, whose repetition connects anew; unless the peer had connected,
    /// who alone can do so again.
    public mutating func connectionEnded(_ path: ICEPath, now: Instant) {
        setTime(now)
        guard path.transport == .tcp, state != .closed else { return }
        let isPassive = locals.contains { $0.base == path.local && $0.candidate.tcpType == .passive }
        answers.removeAll { $0.path == path }
        earlyChecks.removeAll { $0.path == path }
        answeredPaths.removeAll { $0 == path }
        if isPassive { remotes.removeAll { $0.isAt(path) } }
        removePairs { $0.path == path && (isPassive || $0.isValid) }
        afterLoss()
    }
}
