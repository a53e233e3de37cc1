import ICE
public import Primitives
import SDP

extension PeerConnection {
    /// Candidates kept for a description that has not come yet.
    static let earlyCandidateLimit = 32

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
