import CallControl
import LocalControl
import Logging
public import NetworkCheck
import Primitives
import SignallingMessages
import Synchronization

/// What the network lets through, looked at while there is no call.
///
/// kioskd looks itself, also for kioskctl: it alone has what the switchboard has told it, and gives no credential away.
extension Supervisor {
    /// Looks. Returns nil if it could not, or once the second parameter says that nobody wants the answer any more.
    public typealias NetworkLook =
        @Sendable ([NetworkCheck.Server], @escaping @Sendable () -> Bool) async -> NetworkReport?

    /// One look, and who waits for what comes of it.
    final class Look: Sendable {
        private let isAbandoned = Atomic(false)

        var isOver: Bool { isAbandoned.load(ordering: .acquiring) }
        func abandon() { isAbandoned.store(true, ordering: .releasing) }
    }

    /// How many askers wait for one look.
    private static let askerLimit = 8
    /// Bytes of a note, which consoles are told.
    private static let noteLimit = 200

    private var isIdle: Bool { if case .idle = machine.state.phase { true } else { false } }

    /// When to look; never in a call, and never while a look is under way.
    var nextLook: Instant { with.look == nil || look != nil || !isIdle ? .distantFuture : checks.due }

    func lookIfDue() { if nextLook <= with.clock.now() { beginLook() } }

    /// A call, or what may become one, ends a look: it has the network for itself.
    func keepNetworkFree(from before: CallPhase) {
        if !isIdle { look?.abandon() } else if before != .idle { checks.callEnded(at: with.clock.now()) }
    }

    private func beginLook() {
        guard let looking = with.look, look == nil, isIdle else { return }
        let now = with.clock.now()
        let begun = Look()
        look = begun
        checks.began(at: now)
        let servers = servers.ways(at: now)
        Task { [weak self] in
            let report = await looking(servers) { begun.isOver }
            await self?.looked(begun.isOver ? nil : report)
        }
    }

    private func looked(_ report: NetworkReport?) {
        look = nil
        if let report {
            let (now, verdict) = (with.clock.now(), report.verdict)
            let before = (network?.report.verdict, standing.finding)
            network = (report, now)
            if standing.looked(verdict) { checks.lookAgain(at: now) }
            if before != (verdict, standing.finding) { tell(verdict) }
            publish()
        }
        for asker in networkAskers { asker.resume(returning: report) }
        networkAskers = []
        arm()
    }

    private func tell(_ verdict: NetworkReport.Verdict) {
        logger.log(
            level: verdict.level == .down && standing.finding != nil ? .warning : .notice,
            "network: \(verdict.summary)",
            metadata: ["codes": "\(verdict.findings.map(\.coded.code).joined(separator: " "))"])
    }

    /// Looks at once, or waits for the look that is under way.
    func lookAtNetwork() async -> ControlReply {
        guard with.look != nil else { return .refused("it does not look at the network") }
        guard isIdle else { return .refused("a call is on") }
        guard networkAskers.count < Self.askerLimit, look?.isOver != true else { return .refused("it is looking") }
        beginLook()
        let report = await withCheckedContinuation { networkAskers.append($0) }
        return report.map { .done($0.json) } ?? .refused("a call came, or the authorities cannot be read")
    }

    /// The gravest thing that is wrong with the network and stands, for a row of a console; nil if nothing does.
    var networkNote: String? {
        guard var note = standing.finding?.description else { return nil }
        while note.utf8.count > Self.noteLimit { note.removeLast() }
        return note
    }

    func networkStatus(_ now: Instant) -> JSONValue? {
        network.map { network in
            let verdict = network.report.verdict
            return .members([
                ("level", .string("\(verdict.level)")),
                ("findings", .array(verdict.sentences.map(JSONValue.string))),
                ("codes", .array(verdict.findings.map(\.coded.json))),
                ("stands", .bool(standing.finding != nil)),
                ("secondsAgo", .integer(max(0, (now - network.at).milliseconds / 1000))),
            ])
        }
    }
}
