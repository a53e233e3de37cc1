import Primitives

/// A local candidate, and the bound socket it stands for.
struct LocalCandidate {
    private(set) var candidate: ICECandidate
    let base: TransportAddress
    /// What our checks from this base announce in PRIORITY (RFC 8445 §7.1.1).
    private(set) var reflexivePriority: UInt32
    var transport: ICETransport { candidate.transport }
    /// Not to be told to the peer: a host address that policy keeps to itself.
    var isHidden = false
    /// The address is gone; the place stays, as pairs refer to it by index.
    var isRetired = false

    init(candidate: ICECandidate, base: TransportAddress, reflexivePriority: UInt32, isHidden: Bool = false) {
        (self.candidate, self.base) = (candidate, base)
        (self.reflexivePriority, self.isHidden) = (reflexivePriority, isHidden)
    }

    mutating func takePriority(of other: LocalCandidate) {
        candidate.priority = other.candidate.priority
        reflexivePriority = other.reflexivePriority
    }
}

/// A candidate of the peer, signalled or learned from a check.
struct RemoteCandidate {
    var candidate: ICECandidate
    /// Of the generation before the last restart.
    var isPrevious = false
    var lastHeard: Instant

    /// Whether it is the other end of `path`.
    func isAt(_ path: ICEPath) -> Bool { candidate.address == path.remote && candidate.transport == path.transport }
}

/// A local base and a remote address, and what the checks between them have shown so far.
///
/// There is one component and one stream, so nothing is ever frozen: a pair starts as waiting (RFC 8445 §6.1.2.6).
struct CandidatePair {
    let id: UInt32
    /// Index into `ICEAgent.locals`, which only grows.
    let local: Int
    let path: ICEPath
    var priority: UInt64 = 0
    var state = ICECandidatePairState.waiting
    /// Of the generation before the last restart: kept alive until the new one has a selected pair.
    var isPrevious = false
    var isNominated = false
    /// The controlling peer asked for this pair before our own check had succeeded (RFC 8445 §7.3.1.5).
    var nominateWhenValid = false
    /// When the controlling peer last asked for this pair.
    var lastNominated = Instant.zero
    /// What the peer sees us as.
    var mapped: TransportAddress?
    /// When the last request of ours was sent that was answered.
    var answeredRequest = Instant.zero
    /// Sending is over then unless a check is answered before.
    var consentExpires = Instant.distantFuture
    var lastHeard: Instant
    var statistics = Statistics()

    struct Statistics {
        var requestsSent: UInt64 = 0
        var responsesReceived: UInt64 = 0
        var requestsReceived: UInt64 = 0
        var responsesSent: UInt64 = 0
        var consentRequestsSent: UInt64 = 0
        var totalRoundTripTime = Interval.nanoseconds(0)
        var roundTrips: UInt64 = 0
        var currentRoundTripTime: Interval?
    }

    var isValid: Bool { state == .succeeded }

    /// RFC 8445 §6.1.2.3.
    static func priority(controlling g: UInt32, controlled d: UInt32) -> UInt64 {
        UInt64(min(g, d)) << 32 | UInt64(max(g, d)) << 1 | (g > d ? 1 : 0)
    }
}
