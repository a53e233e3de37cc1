public import Primitives

extension TransportAddress {
    /// What stands for a related address that the peer shall not know (RFC 8828 §5.2 by way of RFC 8839 §5.1).
    static func hidden(_ family: IPAddress.Family) -> TransportAddress {
        TransportAddress(family == .ipv4 ? IPAddress(ipv4: 0) : IPAddress(ipv6High: 0, low: 0), port: 9)
    }
}

extension ICEAgent {
    /// Adds the host candidate of a bound socket and starts checks from it.
    /// - Parameter preference: higher is tried first; by default the order of the calls, with IPv6 and IPv4 side by side
    ///   (RFC 8421 §4) and loopback last.
    /// - Parameter isHidden: checks leave from there, but the peer is not told.
    /// - Returns: what to signal; nil if it is there already, hidden, unusable, or one too many.
    @discardableResult
    public mutating func addLocalCandidate(
        base: TransportAddress, preference: UInt16? = nil, isHidden: Bool = false, now: Instant
    ) -> ICECandidate? {
        setTime(now)
        let rank = rank(of: base.address.family, .udp)
        let ordered =
            65535 - rank * 256 - (base.address.family == .ipv4 ? 128 : 0) - (base.address.isLoopback ? 32768 : 0)
        let preference = preference ?? UInt16(clamping: ordered)
        let twin = locals.firstIndex { $0.base.address == base.address && $0.transport == .udp }
        let candidate = ICECandidate(
            foundation: String((twin ?? locals.count) + 1),
            priority: ICECandidate.priority(kind: .host, localPreference: preference), address: base, kind: .host)
        let local = LocalCandidate(
            candidate: candidate, base: base,
            reflexivePriority: ICECandidate.priority(kind: .peerReflexive, localPreference: preference),
            isHidden: isHidden)
        return insert(local) && !isHidden ? signalled(candidate) : nil
    }

    /// Adds what a STUN or TURN server saw the socket at `base` as (RFC 8445 §5.1.1.2). Its datagrams leave from `base`,
    /// so it makes no pair of its own.
    /// - Parameter revealsBase: whether the peer may know `base`.
    /// - Returns: what to signal; nil if it tells the peer nothing new.
    public mutating func addReflexiveCandidate(
        _ mapped: TransportAddress, base: TransportAddress, revealsBase: Bool, now: Instant
    ) -> ICECandidate? {
        setTime(now)
        guard
            let host = locals.first(where: {
                !$0.isRetired && $0.base == base && $0.transport == .udp && $0.candidate.kind == .host
            }),
            mapped.address.family == base.address.family
        else { return nil }
        let preference = UInt16(truncatingIfNeeded: host.candidate.priority >> 8)
        let candidate = ICECandidate(
            foundation: "s" + host.candidate.foundation,
            priority: ICECandidate.priority(kind: .serverReflexive, localPreference: preference), address: mapped,
            kind: .serverReflexive, related: revealsBase ? base : .hidden(base.address.family))
        let local = LocalCandidate(candidate: candidate, base: base, reflexivePriority: host.reflexivePriority)
        // Of what a NAT showed before the network changed only the newest is told again.
        let known = locals.indices.filter {
            !locals[$0].isRetired && locals[$0].base == base && locals[$0].candidate.kind == .serverReflexive
        }
        if known.count >= Self.reflexiveLimit, !known.contains(where: { locals[$0].candidate.address == mapped }),
            let oldest = known.first(where: { place in !pairs.contains { $0.local == place } })
        {
            locals[oldest].isRetired = true
        }
        return insert(local) ? signalled(candidate) : nil
    }

    /// Adds an address on a relay (RFC 8445 §5.1.1.2); it is its own base: what ICE sends from there goes to the relay.
    /// - Parameters:
    ///   - mapped: what the relay sees us as, if the peer may know.
    ///   - preference: among relays; the higher the better.
    public mutating func addRelayedCandidate(
        _ relayed: TransportAddress, mapped: TransportAddress?, preference: UInt16, now: Instant
    ) -> ICECandidate? {
        setTime(now)
        let priority = ICECandidate.priority(kind: .relayed, localPreference: preference)
        let candidate = ICECandidate(
            foundation: "t\(preference)", priority: priority, address: relayed, kind: .relayed,
            related: mapped ?? .hidden(relayed.address.family))
        // A check from a relay teaches the peer no address but the relay's, so it announces no more than that is worth.
        let local = LocalCandidate(candidate: candidate, base: relayed, reflexivePriority: priority)
        return insert(local) ? signalled(candidate) : nil
    }

    mutating func insert(_ local: LocalCandidate) -> Bool {
        let (address, type) = (local.candidate.address, local.candidate.tcpType)
        guard state != .closed, local.candidate.isUsable,
            !locals.contains(where: {
                !$0.isRetired && !$0.isHidden && $0.candidate.address == address && $0.base == local.base
                    && $0.candidate.tcpType == type
            })
        else { return false }
        let place: Int
        if locals.count < configuration.localCandidateLimit {
            place = locals.count
            locals.append(local)
        } else if let retired = locals.firstIndex(where: \.isRetired) {
            place = retired
            locals[place] = local
        } else {
            return false
        }
        for remote in remotes where !remote.isPrevious {
            makePair(local: place, remote: remote.candidate, isUrgent: false)
        }
        return true
    }

    func rank(of family: IPAddress.Family, _ transport: ICETransport) -> Int {
        locals.count { !$0.isRetired && $0.base.address.family == family && $0.transport == transport }
    }

    /// The socket bound to `base` is gone. Its pairs go with it, the one in use too; a restart then finds another.
    public mutating func removeLocalCandidate(
        base: TransportAddress, over transport: ICETransport = .udp, now: Instant
    ) {
        setTime(now)
        for i in locals.indices where locals[i].base == base && locals[i].transport == transport {
            locals[i].isRetired = true
        }
        removePairs { $0.path.local == base && $0.path.transport == transport }
        answers.removeAll { $0.path.local == base && $0.path.transport == transport }
        earlyChecks.removeAll { locals[$0.local].isRetired }
        afterLoss()
    }

    /// To be called when pairs have ended: what is left is agreed on, or waited for, or nothing works.
    mutating func afterLoss() {
        nominate()
        guard sendPair == nil, state == .connected || state == .disconnected else { return }
        if timers[.patience] != .distantFuture { return enter(.checking) }
        // A pair that has worked before, from another address of ours or over a relay, may still be a way that no restart has
        // to find.
        guard remoteCredentials != nil, pairs.contains(where: { !$0.isPrevious && $0.answeredRequest > .zero }) else {
            return giveUp()
        }
        search()
        timers[.patience] = now + configuration.patience
        enter(.checking)
        events.append(.unanswered)
    }

    /// The peer's fragment and password, from its description. Others than before are the peer's restart: the agent then
    /// restarts too, unless `restart` was called before, which is the way to have new local ones for the answer.
    public mutating func setRemoteCredentials(_ credentials: ICECredentials, now: Instant) {
        setTime(now)
        guard state != .closed, credentials != remoteCredentials else { return }
        if remoteCredentials != nil { restart(now: now) }
        remoteCredentials = credentials
        let strays = remotes.count
        remotes.removeAll { remote in
            guard !remote.isPrevious, let fragment = remote.candidate.usernameFragment else { return false }
            return fragment != credentials.usernameFragment
        }
        counters.ignoredCandidates += UInt64(strays - remotes.count)
        pairs.removeAll { pair in
            !pair.isPrevious && !remotes.contains { !$0.isPrevious && $0.isAt(pair.path) }
        }
        if sendPair == nil { enter(.checking) }
        timers[.patience] = self.now + configuration.patience

        let early = earlyChecks
        earlyChecks.removeAll()
        for check in early where check.senderFragment == credentials.fragmentBytes {
            follow(check)
        }
    }

    /// A candidate-attribute as signalled. What cannot be used (mDNS names, garbage) is counted and ignored.
    public mutating func addRemoteCandidate(attribute: String, now: Instant) {
        do {
            addRemoteCandidate(try ICECandidate(attribute: attribute), now: now)
        } catch {
            counters.ignoredCandidates += 1
        }
    }

    /// A candidate of the peer's; may come before its credentials. Its checks start at once.
    public mutating func addRemoteCandidate(_ candidate: ICECandidate, now: Instant) {
        setTime(now)
        guard state != .closed, candidate.isUsable, isCurrent(candidate) else {
            counters.ignoredCandidates += 1
            return
        }
        // A peer that connects comes from another port than the one it signals, and is learnt of when it does.
        guard candidate.tcpType != .active else { return }
        let known = remotes.firstIndex {
            !$0.isPrevious && $0.candidate.address == candidate.address
                && $0.candidate.transport == candidate.transport
        }
        if let known {
            // A check told us of it first (RFC 8838 §11.4), or it was signalled twice.
            if remotes[known].candidate.kind == .peerReflexive {
                remotes[known].candidate = candidate
                computePriorities()
            }
            return
        }
        let signalled = remotes.count { !$0.isPrevious && $0.candidate.kind != .peerReflexive }
        guard signalled < configuration.remoteCandidateLimit else {
            counters.ignoredCandidates += 1
            return
        }
        remotes.append(RemoteCandidate(candidate: candidate, lastHeard: self.now))
        for local in locals.indices where !locals[local].isRetired {
            makePair(local: local, remote: candidate, isUrgent: false)
        }
        if remoteCredentials != nil, timers[.patience] != .distantFuture {
            timers[.patience] = max(timers[.patience], self.now + configuration.patience / 2)
        }
    }

    /// The peer has no more candidates. Its checks may still come from addresses nobody knew of.
    public mutating func endOfRemoteCandidates(now: Instant) {
        setTime(now)
        remoteCandidatesEnded = true
    }

    private func isCurrent(_ candidate: ICECandidate) -> Bool {
        guard let fragment = candidate.usernameFragment, let remoteCredentials else { return true }
        return fragment == remoteCredentials.usernameFragment
    }

    /// The remote candidate that a check over `path` shows, with room made for it if there is none yet.
    mutating func learn(_ path: ICEPath, priority: UInt32) -> Int? {
        if let known = remotes.firstIndex(where: { !$0.isPrevious && $0.isAt(path) }) {
            remotes[known].lastHeard = now
            return known
        }
        let learned = ICECandidate(
            foundation: "r\(nextPairID)", priority: priority, address: path.remote, kind: .peerReflexive,
            tcpType: path.transport == .tcp ? .active : nil)
        guard learned.isUsable, makeRoomForPeerReflexive() else {
            counters.limitedPairs += 1
            return nil
        }
        remotes.append(RemoteCandidate(candidate: learned, lastHeard: now))
        return remotes.count - 1
    }

    /// Gives up the peer-reflexive candidate that was heard longest ago, if that is long enough ago: a peer behind a NAT
    /// may come from many addresses in the course of a call, but not at once.
    private mutating func makeRoomForPeerReflexive() -> Bool {
        let learned = remotes.indices.filter { !remotes[$0].isPrevious && remotes[$0].candidate.kind == .peerReflexive }
        guard learned.count >= configuration.peerReflexiveLimit else { return true }
        let oldest = learned.filter { candidate in sendPair.map { !remotes[candidate].isAt($0) } ?? true }
            .min { remotes[$0].lastHeard < remotes[$1].lastHeard }
        guard let oldest, remotes[oldest].lastHeard + configuration.silence <= now else { return false }
        let given = remotes.remove(at: oldest)
        removePairs { !$0.isPrevious && given.isAt($0.path) }
        counters.limitedPairs += 1
        return true
    }
}
