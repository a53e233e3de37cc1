public import Devices
public import Primitives

/// Everything that the panel decides: a value without a line, a clock or a thread.
///
/// The caller tells it what lines do, calls `advance` no later than `nextDeadline`, and then does what `takeEvents` and
/// `outputs` say.
public struct PanelLogic: Sendable {
    /// How fast a lamp blinks: so long on, so long off.
    public static let blink = Interval.milliseconds(500)
    /// Between two attempts to take a line that is not there.
    public static let retry = Interval.seconds(1)

    private struct Entry: Sendable {
        let line: PanelLine
        var button: ButtonWatch?
        var level: Debouncer?
        /// Why it cannot be used; nil while it can.
        var missing: String?
        var retryAt: Instant
    }

    private let debounce: Interval
    private var entries: [Entry]
    private var lamps = PanelLamps()
    private var lampsSince = Instant.zero
    private var events: [PanelEvent] = []
    private var told: PanelState?

    /// - Parameter debounce: for inputs that the kernel does not debounce.
    public init(lines: [PanelLine], debounce: Interval, now: Instant) {
        self.debounce = debounce
        entries = lines.map { Entry(line: $0, missing: "not yet taken", retryAt: now) }
    }

    public var state: PanelState {
        PanelState(
            lines: entries.map { entry in
                let condition: PanelState.Condition =
                    if let missing = entry.missing { .missing(missing) } else if entry.button?.isStuck == true {
                        .stuck
                    } else { .working }
                return PanelState.Line(role: entry.line.role, condition: condition)
            },
            isPrivate: entries.first { $0.line.role == .privacySwitch }.map { $0.level?.level ?? true })
    }

    /// The lines to be taken now; each attempt is answered by `opened` or `failed`.
    public func due(at now: Instant) -> [PanelLine] {
        entries.filter { $0.missing != nil && $0.retryAt <= now }.map(\.line)
    }

    public mutating func opened(_ role: PanelRole, level: Bool, isDebounced: Bool, now: Instant) {
        guard let index = index(of: role) else { return }
        let period = isDebounced ? .zero : debounce
        entries[index].missing = nil
        if role.isButton { entries[index].button = ButtonWatch(debounce: period, isDown: level, now: now) }
        if role == .privacySwitch { entries[index].level = Debouncer(period: period, level: level) }
    }

    /// The line could not be taken, or is gone.
    public mutating func failed(_ role: PanelRole, _ reason: String, now: Instant) {
        guard let index = index(of: role) else { return }
        let wasDown = entries[index].button?.isDown == true
        entries[index].missing = reason
        entries[index].retryAt = now + Self.retry
        (entries[index].button, entries[index].level) = (nil, nil)
        // Nobody will see the release any more.
        if wasDown { events.append(.released(role, at: now)) }
    }

    public mutating func edge(_ role: PanelRole, isActive: Bool, at instant: Instant) {
        guard let index = index(of: role) else { return }
        note(entries[index].button?.edge(isDown: isActive, at: instant) ?? [], role)
        _ = entries[index].level?.edge(to: isActive, at: instant)
    }

    public mutating func show(_ lamps: PanelLamps, now: Instant) {
        // A lamp that begins to blink begins by being on.
        if lamps.call != self.lamps.call { lampsSince = now }
        self.lamps = lamps
    }

    public mutating func advance(to now: Instant) {
        for index in entries.indices {
            note(entries[index].button?.advance(to: now) ?? [], entries[index].line.role)
            _ = entries[index].level?.advance(to: now)
        }
    }

    /// When `advance`, `due` or `outputs` have something new at the latest.
    public func nextDeadline(after now: Instant) -> Instant {
        var next = Instant.distantFuture
        for entry in entries {
            if entry.missing != nil { next = min(next, entry.retryAt) }
            next = min(next, entry.button?.nextDeadline ?? .distantFuture, entry.level?.nextDeadline ?? .distantFuture)
        }
        if lamps.call == .blinking, has(.callLamp) {
            let phases = (now - lampsSince).nanoseconds / Self.blink.nanoseconds
            next = min(next, lampsSince + Self.blink * (phases + 1))
        }
        return next
    }

    /// The level of an output at `now`.
    public func output(_ role: PanelRole, at now: Instant) -> Bool {
        switch role {
        case .callLamp:
            switch lamps.call {
            case .off: false
            case .on: true
            case .blinking: ((now - lampsSince).nanoseconds / Self.blink.nanoseconds) % 2 == 0
            }
        case .cameraLamp: lamps.camera
        case .microphoneLamp: lamps.microphone
        case .faultLamp: lamps.fault || state.hasFault
        case .callRelay: lamps.relay
        case .callButton, .secondCallButton, .privacySwitch: false
        }
    }

    /// What has happened since the last call, in order, and then what has become of the lines by it.
    public mutating func takeEvents() -> [PanelEvent] {
        let state = state
        if state != told { events.append(.changed(state)) }
        told = state
        defer { events = [] }
        return events
    }

    private func index(of role: PanelRole) -> Int? { entries.firstIndex { $0.line.role == role } }
    private func has(_ role: PanelRole) -> Bool { entries.contains { $0.line.role == role && $0.missing == nil } }

    private mutating func note(_ changes: [ButtonWatch.Change], _ role: PanelRole) {
        for change in changes {
            switch change {
            case .pressed(let at): events.append(.pressed(role, at: at))
            case .released(let at): events.append(.released(role, at: at))
            case .stuck, .freed: break  // the state says so
            }
        }
    }
}
