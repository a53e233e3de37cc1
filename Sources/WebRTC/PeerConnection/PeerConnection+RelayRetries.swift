import Primitives
import TURN

/// A way to a relay that could not be had, or was lost.
struct RelayRetry {
    let server: ICEServer
    /// The socket that its datagrams leave from; nil for a stream.
    let base: TransportAddress?
    /// In a row.
    var failures = 0
    /// When it may be tried again; in the distant future where the server's answer would be the same.
    var due: Instant
}

/// Relays that were lost or not to be had are tried again while the call lives: at once what had served for a while, and
/// after longer and longer pauses what had not.
extension PeerConnection {
    private static let shortestPause = Interval.seconds(1)
    private static let longestPause = Interval.seconds(30)
    /// A relay that lived for so long was a good one.
    private static let goodLife = Interval.seconds(10)
    private static let retryLimit = 64

    /// To be called with a relay that is about to be forgotten, against our will.
    /// - Parameter isHopeless: nothing that we say to the server would change its answer.
    mutating func retryLater(_ index: Int, isHopeless: Bool = false) {
        let now = now
        let (server, base, life) = relays.withElement(at: index) { relay in
            (relay.origin, relay.route.base, relay.allocatedAt.map { now - $0 })
        }
        let known = relayRetries.firstIndex { $0.base == base && $0.server.isSame(as: server) }
        var retry = known.map { relayRetries.remove(at: $0) } ?? RelayRetry(server: server, base: base, due: now)
        if let life, life >= Self.goodLife {
            (retry.failures, retry.due) = (0, now)
        } else if isHopeless {
            retry.due = .distantFuture
        } else {
            let pause = min(Self.shortestPause * Int64(1 << min(retry.failures, 8)), Self.longestPause)
            // Give or take a quarter, or all whom a server has lost would come back to it together.
            let spread = Interval.nanoseconds(Int64.random(in: 0...pause.nanoseconds / 2, using: &random))
            retry.failures += 1
            retry.due = now + pause * 3 / 4 + spread
        }
        if relayRetries.count >= Self.retryLimit { relayRetries.removeFirst() }
        relayRetries.append(retry)
        setRelayTimer()
    }

    /// Whether a relay is not to be tried yet.
    func isPausing(_ server: ICEServer, base: TransportAddress?) -> Bool {
        relayRetries.contains { $0.due > now && $0.base == base && $0.server.isSame(as: server) }
    }

    /// Tries what is due.
    mutating func retryRelays() {
        gatherRelays()
        setRelayTimer()
    }

    /// Something has changed that makes every way worth trying: an address, the servers, ICE itself.
    mutating func forgetRetries() {
        relayRetries.removeAll()
        timers.stop(.relays)
    }

    private mutating func setRelayTimer() {
        var next = Instant.distantFuture
        for retry in relayRetries where retry.due > now { next = min(next, retry.due) }
        timers[.relays] = next
    }
}

extension TURNError {
    /// Whether the same request would be refused again: wrong credentials, a rule against us, something that is no server.
    var isHopeless: Bool {
        switch self {
        case .unanswered, .refused(437), .refused(486), .refused(500...): false
        case .unauthorized, .refused, .malformed: true
        }
    }
}
