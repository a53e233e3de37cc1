public import Primitives

/// The words of W3C's RTCStatsIceCandidatePairState; `frozen` does not occur.
public enum ICECandidatePairState: String, Hashable, Sendable {
    case waiting
    case inProgress = "in-progress"
    case failed
    case succeeded
}

/// What W3C's RTCIceCandidatePairStats takes from ICE; bytes and packets are counted by whoever sends them.
public struct ICECandidatePairStatistics: Sendable {
    /// Unique within the agent's life.
    public let id: UInt32
    public let path: ICEPath
    public let local: ICECandidate
    public let remote: ICECandidate
    public let state: ICECandidatePairState
    public let nominated: Bool
    /// Whether this is the pair media is sent on now.
    public let inUse: Bool
    public let currentRoundTripTime: Interval?
    public let totalRoundTripTime: Interval
    /// Checks without retransmissions and without consent checks.
    public let requestsSent: UInt64
    /// Answers to checks and consent checks.
    public let responsesReceived: UInt64
    public let requestsReceived: UInt64
    public let responsesSent: UInt64
    public let consentRequestsSent: UInt64
}

extension ICEAgent {
    /// One entry a pair. Allocates: for a statistics report, not for each packet.
    public func candidatePairStatistics() -> [ICECandidatePairStatistics] {
        pairs.map { pair in
            ICECandidatePairStatistics(
                id: pair.id, path: pair.path, local: localCandidate(of: pair), remote: remoteCandidate(of: pair),
                state: pair.state, nominated: pair.isNominated, inUse: pair.path == sendPair,
                currentRoundTripTime: pair.statistics.currentRoundTripTime,
                totalRoundTripTime: pair.statistics.totalRoundTripTime,
                requestsSent: pair.statistics.requestsSent, responsesReceived: pair.statistics.responsesReceived,
                requestsReceived: pair.statistics.requestsReceived, responsesSent: pair.statistics.responsesSent,
                consentRequestsSent: pair.statistics.consentRequestsSent)
        }
    }

    /// Peer-reflexive if the peer sees us under an address that is none of our candidates' (RFC 8445 §7.2.5.3.1).
    func localCandidate(of pair: CandidatePair) -> ICECandidate {
        let local = locals[pair.local]
        guard let mapped = pair.mapped, mapped != local.candidate.address else { return local.candidate }
        // What we connect from has a port of its own each time, and stands for the candidate with port 9.
        if local.candidate.tcpType == .active, mapped.address == local.base.address { return local.candidate }
        if let known = locals.first(where: { $0.candidate.address == mapped && $0.transport == local.transport }) {
            return known.candidate
        }
        return ICECandidate(
            foundation: local.candidate.foundation + "r", priority: local.reflexivePriority, address: mapped,
            kind: .peerReflexive, related: local.base, tcpType: local.candidate.tcpType)
    }

    func remoteCandidate(of pair: CandidatePair) -> ICECandidate {
        let known = remotes.first { $0.isAt(pair.path) && $0.isPrevious == pair.isPrevious }
        return known?.candidate
            ?? ICECandidate(
                foundation: "0", priority: 0, address: pair.path.remote, kind: .peerReflexive,
                tcpType: pair.path.transport == .tcp ? .active : nil)
    }
}
