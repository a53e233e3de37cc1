public import Primitives

/// A full ICE agent (RFC 8445) for one component, with trickle (RFC 8838) and consent freshness (RFC 7675).
///
/// Contract:
/// 1. Nothing here reads a clock or a socket. Each entry takes `now`, which must not go back.
/// 2. After any entry the caller drains `poll` until it says `.idle(until:)`, and calls `advance(to:)` then at the latest.
/// 3. One thread owns an agent.
/// 4. What comes from the peer never traps and never throws: it is counted in `counters` and bounded by `configuration`.
/// 5. Datagrams may be sent on `sendPair`, and accepted from a pair for which `isValidated` holds, before `.selected`.
///
/// Order of calls: `addLocalCandidate` for each bound socket at any time, `setRole` before the peer's credentials,
/// `setRemoteCredentials` as soon as the peer's description is there, `addRemoteCandidate` before or after that.
/// Checks that arrive before the peer's credentials are answered at once and followed up when they are known.
public struct ICEAgent: ~Copyable, Sendable {
    public internal(set) var role: ICERole
    public internal(set) var state = ICEState.new
    public internal(set) var localCredentials: ICECredentials
    public internal(set) var remoteCredentials: ICECredentials?
    public internal(set) var counters = ICECounters()
    /// Where to send now: the selected pair, before that the best validated one, nil while or once sending is not allowed.
    public internal(set) var sendPair: ICEPath?

    let configuration: ICEConfiguration
    let packets: BufferPool
    var random: RandomSource
    var tieBreaker: UInt64
    var now: Instant

    var locals: [LocalCandidate] = []
    var remotes: [RemoteCandidate] = []
    var pairs: [CandidatePair] = []
    var nextPairID: UInt32 = 0
    var transactions: [CheckTransaction] = []
    var selectedID: UInt32?
    /// The credentials from before a restart, while a pair of theirs is still in use.
    var previous: (local: ICECredentials, remote: ICECredentials)?
    var earlyChecks: [EarlyCheck] = []
    var remoteCandidatesEnded = false
    /// The selected pair has fallen silent: every other is tried again, without waiting for a restart.
    var isSearching = false
    /// Since when the pair in use is asked whether it still works, as the network below has changed.
    var probedSince: Instant?
    /// Which address the host would use now; its candidates come first from the next restart on.
    var preferredAddress: IPAddress?
    /// When the first pair of this generation became valid.
    var firstValid: Instant?

    var answers: [PendingAnswer] = []
    /// Paths over which checks of the peer's came that were answered with success, oldest first.
    var answeredPaths: [ICEPath] = []
    var events: [ICEEvent] = []
    var timers = TimerTable<ICETimer>()
    /// The pacer's theoretical time of the next check; it may run ahead of `now` by the burst.
    var pace: Instant
    var refusalWindow: Instant
    var refusalsInWindow = 0

    /// - Parameters:
    ///   - random: `.system` in production; credentials and transaction identifiers are drawn from it.
    ///   - packets: slots of 576 bytes or more. When it is empty, messages wait and are tried again by timer.
    public init(
        role: ICERole, configuration: ICEConfiguration = ICEConfiguration(), random: RandomSource,
        packets: BufferPool, now: Instant
    ) {
        precondition(packets.slotSize >= 576, "a slot of the packet pool holds any STUN message of ours")
        self.role = role
        self.configuration = configuration
        self.random = random
        self.packets = packets
        self.now = now
        tieBreaker = self.random.next()
        localCredentials = ICECredentials(using: &self.random)
        pace = now
        refusalWindow = now
        transactions.reserveCapacity(Self.transactionLimit)
        answers.reserveCapacity(Self.answerLimit)
        answeredPaths.reserveCapacity(Self.answeredPathLimit)
    }

    static let transactionLimit = 256
    static let answerLimit = 64
    /// Server-reflexive addresses of one base.
    static let reflexiveLimit = 4
    static let earlyCheckLimit = 16

    /// Says who made the offer, where `init` could not know. Has no effect once the peer's credentials are known.
    public mutating func setRole(_ role: ICERole) {
        if remoteCredentials == nil, previous == nil { self.role = role }
    }

    /// The candidates to signal, each with the current username fragment.
    public var localCandidates: [ICECandidate] {
        locals.filter { !$0.isRetired && !$0.isHidden }.map { signalled($0.candidate) }
    }

    func signalled(_ candidate: ICECandidate) -> ICECandidate {
        var candidate = candidate
        candidate.usernameFragment = localCredentials.usernameFragment
        return candidate
    }

    /// The pair both sides agree on.
    public var selectedPair: (local: ICECandidate, remote: ICECandidate)? {
        guard let selectedID, let pair = pairs.first(where: { $0.id == selectedID }) else { return nil }
        return (localCandidate(of: pair), remoteCandidate(of: pair))
    }

    /// Whether a datagram on `path` comes from a pair whose check was answered, of whichever generation.
    /// DTLS from anywhere else is not to be looked at; SRTP neither, unless `accepts` holds.
    public func isValidated(_ path: ICEPath) -> Bool {
        sendPair == path || pairs.contains { $0.isValid && $0.path == path }
    }

    /// Whether anything is known of this path: a pair to be checked, or an authentic check of the peer's.
    public func knows(_ path: ICEPath) -> Bool {
        pairs.contains { $0.path == path } || answeredPaths.contains(path)
    }

    /// Lets time pass. Call it at the instant of the last `.idle(until:)`, or whenever it suits.
    public mutating func advance(to now: Instant) {
        setTime(now)
        guard state != .closed else { return }
        runTimers()
    }

    /// Forgets everything; nothing is sent or answered any more.
    public mutating func close(now: Instant) {
        setTime(now)
        guard state != .closed else { return }
        pairs.removeAll()
        remotes.removeAll()
        transactions.removeAll()
        answers.removeAll()
        answeredPaths.removeAll()
        earlyChecks.removeAll()
        timers = TimerTable()
        selectedID = nil
        sendPair = nil
        previous = nil
        enter(.closed)
    }

    mutating func runTimers() {
        expireTransactions()
        while timers.next <= now, let timer = timers.expire(at: now) { handle(timer) }
    }

    mutating func setTime(_ now: Instant) { self.now = max(self.now, now) }

    mutating func enter(_ state: ICEState) {
        guard self.state != state else { return }
        self.state = state
        events.append(.state(state))
    }
}

enum ICETimer: Int, CaseIterable, Sendable {
    /// The pacer allows the next ordinary check.
    case pace
    /// The controlling side has waited enough for better pairs.
    case nomination
    /// No pair works and none is waited for any longer.
    case patience
    /// The next consent check.
    case consent
    /// The pair in use may have fallen silent.
    case silence
    /// The pair in use is asked again, or has not answered in time.
    case probe
    /// A valid pair's consent may have expired.
    case expiry
    /// The packet pool may have slots again.
    case pool
}
