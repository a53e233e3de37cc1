import ICE
public import Primitives
import SDP

extension PeerConnection {
    /// Candidates kept for a description that has not come yet.
    static let earlyCandidateLimit = 32

    /// Adds the address of a bound UDP socket, which becomes a host candidate: part of the next description, or an
    /// event if one was given out already. Addresses beyond the limit of ICE are ignored.
    public mutating func addLocalAddress(_ address: TransportAddress, now: Instant) {
        setTime(now)
        guard let candidate = ice.addLocalCandidate(base: address, now: now) else { return }
        iceIsDue = true
        guard hasDescription else { return }
        let mid = negotiator.session?.transport.mid ?? negotiator.slots.first?.mid ?? "0"
        let index = negotiator.slots.firstIndex { $0.mid == mid } ?? 0
        emit(.localCandidate(candidate.attribute, mid: mid, mLineIndex: index))
    }

    /// Adds a candidate of the peer's (RFC 8838), "candidate:…" with or without the prefix "a="; an empty one ends
    /// them. Those that come before the description wait for it, up to a limit.
    ///
    /// All media share one transport, so `mid` and `mLineIndex`, of which signalling may bring either, change nothing.
    public mutating func addRemoteCandidate(_ candidate: String, mid: String?, mLineIndex: Int?, now: Instant) {
        setTime(now)
        guard !isClosed else { return }
        if candidate.isEmpty || candidate == "a=end-of-candidates" {
            ice.endOfRemoteCandidates(now: now)
        } else {
            addCandidate(candidate)
        }
        afterICE()
    }

    /// Gives the candidate to ICE, unless it names a generation that no description has brought yet.
    mutating func addCandidate(_ text: String) {
        guard let candidate = try? ICECandidate(attribute: text) else {
            ice.addRemoteCandidate(attribute: text, now: now)  // which counts what it cannot use
            return
        }
        let isEarly = candidate.usernameFragment.map { $0 != ice.remoteCredentials?.usernameFragment } ?? false
        guard isEarly else { return ice.addRemoteCandidate(candidate, now: now) }
        // The oldest are the likeliest to be of a generation that is over.
        if earlyCandidates.count == Self.earlyCandidateLimit { earlyCandidates.removeFirst() }
        earlyCandidates.append(text)
    }
}
