public import Primitives

/// Times and limits of an agent. The defaults favour the first picture over sparing packets; where they leave an RFC's
/// recommendation, the comment says so.
public struct ICEConfiguration: Sendable {
    /// Ta, the pace of ordinary checks once the burst is used up (RFC 8445 §14.2 allows 5 ms and more).
    public var checkInterval: Interval = .milliseconds(20)
    /// Ordinary checks that may leave at once. RFC 8445 has no burst; the few pairs of two hosts then need no waiting.
    public var checkBurst = 8
    /// The first retransmission of a check. RFC 8445 §14.3 says 500 ms; doubling from less costs a few datagrams of
    /// 100 bytes on slow paths and saves 400 ms where the first one was lost.
    public var retransmissionTimeout: Interval = .milliseconds(100)
    /// Rc of RFC 8489 §6.2.1, which has 7, but each twice as long after the one before. Where half is lost each way only every
    /// fourth request has an answer, so they go on at a constant pace: 14 are over as soon as those 7.
    public var requestCount = 14
    /// How long the controlling side lets better pairs finish once one works. DTLS does not wait for it.
    public var nominationPatience: Interval = .milliseconds(50)
    /// The same where the best that works goes over a relay or TCP, and UDP may find a direct way yet.
    public var relayPatience: Interval = .milliseconds(500)
    /// How long candidates and checks of the peer are waited for before `failed` (RFC 8863 recommends 39.5 s); half of it
    /// once all pairs have failed and the peer has no more candidates.
    public var patience: Interval = .seconds(20)
    /// Mean time between consent checks, each ±20 % (RFC 7675 §5.1).
    public var consentInterval: Interval = .seconds(5)
    /// Sending stops this long after the last answered check (RFC 7675 §5.1).
    public var consentTimeout: Interval = .seconds(30)
    /// A pair on which nothing was heard for so long is probed each second, and given up for one that is heard.
    public var silence: Interval = .seconds(2)
    /// How long the pair in use has to answer `probe`, and how often it is asked meanwhile.
    public var probePatience: Interval = .seconds(1)
    public var probeInterval: Interval = .milliseconds(200)
    public var disconnectedAfter: Interval = .seconds(5)
    /// Signalled candidates of the peer that are kept.
    public var remoteCandidateLimit = 64
    /// Candidates of the peer learned from its checks.
    public var peerReflexiveLimit = 16
    public var localCandidateLimit = 32
    public var pairLimit = 100

    public init() {}
}

/// What an agent has refused or ignored, for statistics and tests.
public struct ICECounters: Hashable, Sendable {
    /// Datagrams that are no STUN message, or a request without FINGERPRINT.
    public internal(set) var malformedMessages: UInt64 = 0
    /// To an address that is no local candidate's base.
    public internal(set) var unknownDestinations: UInt64 = 0
    /// Requests without, or with wrong, USERNAME or MESSAGE-INTEGRITY.
    public internal(set) var unauthorizedRequests: UInt64 = 0
    /// Authentic requests by a username fragment that is not the peer's current one.
    public internal(set) var foreignFragments: UInt64 = 0
    /// Responses to nothing we asked, or from elsewhere than we asked, or with wrong MESSAGE-INTEGRITY.
    public internal(set) var unsolicitedResponses: UInt64 = 0
    public internal(set) var roleConflicts: UInt64 = 0
    /// Candidates that were not understood, of no use here, or more than the limits allow.
    public internal(set) var ignoredCandidates: UInt64 = 0
    /// Pairs and peer-reflexive candidates that were refused or given up because of the limits.
    public internal(set) var limitedPairs: UInt64 = 0
    /// Answers that were dropped because the queue was full, or not given because of the rate limit on refusals.
    public internal(set) var droppedAnswers: UInt64 = 0
    /// Times the packet pool had no slot for a message, which was then sent later.
    public internal(set) var poolExhaustions: UInt64 = 0

    init() {}
}
