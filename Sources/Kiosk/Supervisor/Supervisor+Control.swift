import CallControl
import Devices
import KioskConfiguration
import FrontPanel
import GPIOPanel
public import LocalControl
import MediaControl
import NetworkCheck
import Primitives
import SignallingMessages

/// What kioskctl asks.
extension Supervisor {
    public func answer(_ request: ControlRequest) async -> ControlReply {
        let before = machine.state.phase
        switch request {
        case .status: return .done(status())
        case .stats: return .done(await statistics())
        case .network: return await lookAtNetwork()
        case .call: take(.requested(.call))
        case .hangup: take(.requested(.hangUp))
        case .answer: take(.requested(.answer))
        case .refuse: take(.requested(.refuse))
        }
        guard machine.state.phase != before else { return .refused("nothing to \(request.rawValue) now") }
        return .done(status())
    }

    private func status() -> JSONValue {
        let (state, now) = (machine.state, with.clock.now())
        let call = state.panelCall(at: now, panel: lineTrouble)
        let devices = KioskDevice.allCases.map { device -> (String, JSONValue?) in
            switch state.devices[device] {
            case .open: (device.rawValue, .string("open"))
            case .closed: (device.rawValue, .string("closed"))
            case .failed(let detail): (device.rawValue, .string("failed: \(detail)"))
            }
        }
        var countdown: Int64?
        if case .ringingIn(_, _, let opens?, _) = state.phase { countdown = max(0, (opens - now).milliseconds) }
        return .members([
            ("kiosk", .string(site.kiosk.name)), ("room", .string(site.kiosk.room)), ("state", .string(call.state)),
            ("with", call.with.map { .string($0) }), ("elapsedMilliseconds", .integer(Int64(call.elapsed))),
            ("answersInMilliseconds", countdown.map { .integer($0) }), ("detail", call.detail.map { .string($0) }),
            ("online", .bool(state.offlineSince == nil)), ("server", server.map { .string($0) }),
            ("devices", .members(devices)), ("panel", panelStatus()),
            ("servers", .array(servers.ways(at: now).map { .string("\($0.url)") })),
            ("media", .members([("losses", .integer(Int64(counters.mediaLosses)))])), ("network", networkStatus(now)),
        ])
    }

    /// Nil where the board has no lines of its own.
    private func panelStatus() -> JSONValue? {
        guard let lines else { return nil }
        let list = lines.lines.map { line -> JSONValue in
            var reason: JSONValue?
            if case .missing(let text) = line.condition { reason = .string(text) }
            return .members([
                ("line", .string(line.role.rawValue)), ("condition", .string(line.condition.word)), ("reason", reason),
            ])
        }
        return .members([("lines", .array(list)), ("private", lines.isPrivate.map { .bool($0) })])
    }

    private func statistics() async -> JSONValue {
        var members: [(String, JSONValue?)] = [
            (
                "kioskd",
                .members([
                    ("uptimeSeconds", .integer((with.clock.now() - started).milliseconds / 1000)),
                    ("calls", .integer(Int64(counters.calls))), ("connections", .integer(Int64(counters.connections))),
                    ("mediaStarts", .integer(Int64(counters.mediaStarts))),
                    ("mediaLosses", .integer(Int64(counters.mediaLosses))),
                    ("callLogLosses", .integer(Int64(counters.callLogLosses))),
                    ("pressesRefused", .integer(Int64(counters.pressesRefused))),
                ])
            ),
            (
                "pools",
                .members(pools.map { ($0.name, .members([("slots", .integer(Int64($0.slots)))])) })
            ),
        ]
        if let session = machine.session, let values = await requestStatistics(session) {
            members.append(("call", .members(values.map { ($0.name, .number($0.value)) })))
        }
        return .members(members)
    }

    /// Nil if the media process does not answer within a second.
    private func requestStatistics(_ session: SessionNumber) async -> [Statistic]? {
        let clock = with.clock
        let timeout = Task { [weak self] in
            do { try await clock.sleep(until: clock.now() + .seconds(1)) } catch { return }
            await self?.answerStatistics(session, nil)
        }
        defer { timeout.cancel() }
        return await withCheckedContinuation { continuation in
            statisticsWaiters[session, default: []].append(continuation)
            with.media.send(.requestStatistics(peer: session))
        }
    }

    func answerStatistics(_ session: SessionNumber, _ values: [Statistic]?) {
        for waiter in statisticsWaiters.removeValue(forKey: session) ?? [] { waiter.resume(returning: values) }
    }
}
