public import CallControl
public import KioskConfiguration
import FrontPanel
import GPIOPanel
public import LinuxIO
import LocalControl
public import Logging
import MediaControl
import NetworkCheck
import Observability
public import Primitives
import Screens
import SignallingClient
import SignallingMessages

/// kioskd itself: feeds the call machine with what happens, does what it says, and shows its state.
///
/// Everything else is a collaborator behind a protocol, so that a test runs whole calls in one process. Effects for the
/// media process are done at once; those for the server by one task in their order. The actor owns the machine.
public actor Supervisor {
    /// Who the supervisor works with.
    public struct Collaborators: Sendable {
        public var media: any MediaService
        public var signalling: any SignallingService
        public var panel: (any PanelService)?
        public var screen: any ScreenService
        public var clock: any SupervisorClock
        public var callLog: CallLog?
        /// The board's own buttons and lamps; nil where it has none.
        public var lines: (any LineService)?
        /// Who is told how kioskd is doing; nil where nobody wants to know.
        public var manager: ServiceManager?
        /// Returns when the thread of the board's display has been seen to live; nil where it has none.
        public var display: (@Sendable () async -> Void)?
        /// The addresses of a server's name, none if it has none or nobody says so in time.
        public var resolve: @Sendable (String) async -> [IPAddress] = NameResolution.addresses
        /// Looks at the network; nil where nobody does.
        public var look: NetworkLook?
        /// Who answers for the names of hidden addresses; nil where none are hidden.
        public var names: (any NameService)?
        /// What is drawn by lot is drawn from here.
        public var random = RandomSource.system

        public init(
            media: any MediaService, signalling: any SignallingService, panel: (any PanelService)?,
            screen: any ScreenService, clock: any SupervisorClock, callLog: CallLog?,
            lines: (any LineService)? = nil, manager: ServiceManager? = nil,
            display: (@Sendable () async -> Void)? = nil
        ) {
            (self.lines, self.manager, self.display) = (lines, manager, display)
            (self.media, self.signalling, self.panel) = (media, signalling, panel)
            (self.screen, self.clock, self.callLog) = (screen, clock, callLog)
        }
    }

    let site: SiteConfiguration
    let with: Collaborators
    let logger: Logger
    let started: Instant

    var machine: CallMachine
    /// By the button's name: the page's, and the board's own.
    var buttons: [String: ButtonReader] = [:]
    var allowances: [String: PressAllowance] = [:]
    /// What the board's own lines are like; nil where it has none.
    var lines: PanelState?
    var levels: (microphone: Float, speaker: Float)?
    /// What each open device says of its format.
    var formats: [KioskDevice: String] = [:]
    var pools: [PoolSummary] = []
    var servers: ServerDirectory
    /// What the media process of now was told.
    var sentNetwork = NetworkSettings()
    /// How many `.local` names have been asked for in a session.
    var localNames: (session: SessionNumber, count: Int) = (0, 0)
    /// When the network is looked at, the look that is under way, who waits for it, and what the last one found.
    var checks: CheckSchedule
    var look: Look?
    var networkAskers: [CheckedContinuation<NetworkReport?, Never>] = []
    var network: (report: NetworkReport, at: Instant)?
    var standing = StandingFault()
    /// The names of this call for our addresses, and what they are drawn from.
    var hidden = HiddenAddresses()
    var random: RandomSource
    var server: String?
    var counters = Counters()
    var presence: KioskStatus?
    var statisticsWaiters: [SessionNumber: [CheckedContinuation<[Statistic]?, Never>]] = [:]
    private var timer: (due: Instant, task: Task<Void, Never>)?
    private let outbox: AsyncStream<SignallingAction>
    private let outgoing: AsyncStream<SignallingAction>.Continuation

    struct Counters {
        var calls = 0
        var mediaStarts = 0
        var mediaLosses = 0
        var connections = 0
        var callLogLosses = 0
        var pressesRefused = 0
    }

    public init(site: SiteConfiguration, with collaborators: Collaborators, logger: Logger) {
        self.site = site
        self.with = collaborators
        self.logger = logger
        started = collaborators.clock.now()
        lines = collaborators.lines?.initialState
        servers = ServerDirectory(site.network)
        checks = CheckSchedule(every: site.network.check, random: collaborators.random, now: started)
        random = collaborators.random
        machine = CallMachine(policy: CallPolicy(site.answer), now: started)
        // A server that takes nothing loses the connection long before this many wait; presence is said again on joining.
        (outbox, outgoing) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1024))
    }

    public var state: CallState { machine.state }
    /// In the room and with a media process: a call would come through.
    public var isReady: Bool { machine.isReady }

    /// Runs the kiosk until the task is cancelled; then hangs up, closes the devices and ends what it runs.
    public func run() async {
        let (media, signalling, panel, lines) = (with.media, with.signalling, with.panel, with.lines)
        let runs = [
            Task { await media.run() }, Task { await signalling.run() },
        ]
        let listeners = [
            Task { for await event in media.events { self.take(event) } },
            Task { for await event in signalling.events { self.take(event) } },
            Task { if let panel { for await input in panel.inputs { self.take(input) } } },
            Task { if let lines { for await event in lines.events { self.take(event) } } },
            Task { await self.keepTime() },
            Task { await self.keepVigil() },
            Task { await self.keepServers() },
        ]
        let sender = Task { [outbox] in
            for await action in outbox { await signalling.send(action) }
        }
        publish()
        arm()
        with.manager?.notify(["READY=1"])
        await Self.cancellation()

        logger.info("ending")
        with.manager?.notify(["STOPPING=1"])
        take(.requested(.hangUp))
        outgoing.finish()
        await sender.value
        for run in runs { run.cancel() }
        for run in runs { await run.value }
        timer?.task.cancel()
        for listener in listeners { listener.cancel() }
        await panel?.stop()
        await lines?.stop()
    }

    /// Feeds the watchdog. `loops` beside our own: those of the collaborators.
    private func keepVigil() async {
        guard let manager = with.manager else { return }
        let (media, signalling, lines, screen) = (with.media, with.signalling, with.lines, with.screen)
        var loops: [Vigil.Loop] = [
            ("main", { [weak self] in await self?.pulse() }), ("media", { await media.pulse() }),
            ("signalling", { await signalling.pulse() }), ("screen", { await screen.pulse() }),
        ]
        if let lines { loops.append(("panel", { await lines.pulse() })) }
        if let display = with.display { loops.append(("display", display)) }
        await Vigil(manager: manager, clock: with.clock, logger: logger).run(loops)
    }

    private func pulse() {}

    /// Returns when the current task is cancelled.
    private static func cancellation() async {
        let (never, continuation) = AsyncStream<Never>.makeStream()
        for await _ in never {}
        continuation.finish()
    }

    /// Takes one input through the machine and does what it says.
    func take(_ input: CallInput) {
        let before = machine.state.phase
        perform(machine.handle(input, now: with.clock.now()))
        settle(from: before)
    }

    private func advance() {
        let now = with.clock.now()
        for name in buttons.keys.sorted() {
            if let input = buttons[name]?.advance(to: now) { take(input) }
        }
        let before = machine.state.phase
        perform(machine.advance(to: now))
        settle(from: before)
        lookIfDue()
    }

    private func settle(from before: CallPhase) {
        let state = machine.state
        if before != state.phase {
            let word = state.panelCall(at: started).state
            with.manager?.notify(["STATUS=\(word)"])
            logger.info("call", metadata: ["state": "\(word)"])
        }
        keepNetworkFree(from: before)
        withdrawNames()
        if case .ringingIn = state.phase {} else { for name in buttons.keys { buttons[name]?.forget() } }
        publish()
        arm()
    }

    /// One timer, for the earliest thing that is due.
    func arm() {
        let held = buttons.values.reduce(Instant.distantFuture) { min($0, $1.nextDeadline) }
        let due = min(machine.nextDeadline, held, nextLook)
        if let timer {
            guard timer.due != due else { return }
            timer.task.cancel()
        }
        timer = nil
        guard due < .distantFuture else { return }
        let clock = with.clock
        let task = Task { [weak self] in
            do { try await clock.sleep(until: due) } catch { return }
            await self?.fire(due)
        }
        timer = (due, task)
    }

    private func fire(_ due: Instant) {
        if timer?.due == due { timer = nil }
        advance()
        arm()
    }

    private func perform(_ effects: [CallEffect]) {
        for effect in effects {
            if case .openSession = effect { sendNetwork() }
            if let command = effect.mediaCommand, !resolvesFirst(command) { with.media.send(command) }
            if let action = effect.signallingAction.flatMap(withoutAddresses) { outgoing.yield(action) }
            if case .record(let record) = effect { note(record) }
        }
    }

    private func note(_ record: CallRecord) {
        counters.calls += 1
        logger.info(
            "call over",
            metadata: [
                "direction": "\(record.direction.rawValue)", "reason": "\(record.reason.rawValue)",
                "peer": "\(record.peer.map { "\(Redacted($0.name))" } ?? "nobody")",
                "seconds": "\(Int(record.duration?.seconds ?? 0))",
            ].merging(record.failure.map { ["because": "\($0.rawValue)"] } ?? [:]) { $1 })
        let now = with.clock.now()
        if record.failure != nil {
            standing.callFailed()
            checks.callFailed(at: now)
        }
        let written = with.callLog?.append(
            record, endedAt: with.clock.wallClockMilliseconds(), ringingFor: (now - record.began).milliseconds)
        if written == false {
            counters.callLogLosses += 1
            logger.warning("the call log could not be written")
        }
    }

    /// Tells the server what the kiosk is doing, if it is something else than before.
    func announce(always: Bool = false) {
        let status = machine.state.kioskStatus(
            at: with.clock.now(), panel: lineTrouble, network: networkNote, finding: standing.finding?.coded)
        let isNews =
            presence.map {
                ($0.state, $0.with, $0.detail, $0.network, $0.finding)
                    != (status.state, status.with, status.detail, status.network, status.finding)
            } ?? true
        guard always || isNews else { return }
        presence = status
        outgoing.yield(.presence(status))
    }
}

extension CallPolicy {
    /// The site file's rules in the machine's words.
    init(_ answer: SiteConfiguration.Answer) {
        self.init(
            automatic: answer.automatic, after: answer.after,
            from: answer.from.contains("*") ? .everyone : .named(Set(answer.from)),
            others: answer.others == .refuse ? .refuse : .ring)
    }
}
