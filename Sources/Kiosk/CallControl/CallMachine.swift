public import Primitives

/// The kiosk's call: who may call, what rings, when capture opens and that it closes again.
///
/// A value without clock, task or device. Contract: `handle(_:now:)` and `advance(to:)` return what is to be done, in
/// order; the caller does it, and calls `advance(to:)` no later than `nextDeadline`. `now` never goes backwards.
/// `state` is all that may be shown. Every transition is a row of docs/calls.md.
///
/// Privacy: `openDevices` and `openSession` come out of one place only (`openMedia`), which only an agreed call reaches:
/// one that the patient pressed the button for, or one that policy lets in and that has chimed for at least
/// `CallLimits.chime`. Every way out of a call passes `end`, which closes both.
public struct CallMachine: Hashable, Sendable {
    enum Phase: Hashable, Sendable {
        case idle
        case ringingIn(RingingIn)
        case ringingOut(RingingOut)
        /// Agreed; connecting, connected or reconnecting.
        case call(Call)
        case ended(EndReason, peer: Party?, duration: Interval?, until: Instant)
    }

    struct RingingIn: Hashable, Sendable {
        var caller: Party
        let since: Instant
        let until: Instant
        /// When it is answered by itself; nil if it is not, or not while no chime can be heard.
        var automatic: Instant?
    }

    struct RingingOut: Hashable, Sendable {
        let since: Instant
        let until: Instant
        /// Sockets that have declined.
        var declined: Set<String> = []
        /// All of those because they were busy.
        var onlyBusy = true
    }

    public let policy: CallPolicy
    var phase = Phase.idle
    /// The others in the room; bounded by what the signalling client accepts.
    var others: [Party] = []
    var offlineSince: Instant?
    var mediaDownSince: Instant?
    var devices = DeviceFacts()
    var now: Instant
    var nextSession: SessionNumber = 1
    var effects: [CallEffect] = []

    /// Starts idle, offline and without a media process.
    public init(policy: CallPolicy, now: Instant) {
        self.policy = policy
        self.now = now
        offlineSince = now
        mediaDownSince = now
    }

    /// - Returns: what is to be done, in order.
    public mutating func handle(_ input: CallInput, now: Instant) -> [CallEffect] {
        var done = advance(to: now)
        apply(input)
        done += takeEffects()
        return done
    }

    /// Lets time pass. - Returns: what is to be done, in order.
    public mutating func advance(to instant: Instant) -> [CallEffect] {
        // Each deadline is met at its own time, so that a late caller sees what a punctual one does.
        while nextDeadline <= instant {
            now = max(now, nextDeadline)
            expire()
        }
        now = max(now, instant)
        return takeEffects()
    }

    private mutating func takeEffects() -> [CallEffect] {
        defer { effects = [] }
        return effects
    }

    /// When `advance` must be called at the latest; `.distantFuture` if nothing is due.
    public var nextDeadline: Instant { min(phaseDeadline, faultDeadline) }

    private var phaseDeadline: Instant {
        switch phase {
        case .idle: .distantFuture
        case .ringingIn(let ringing): min(ringing.until, ringing.automatic ?? .distantFuture)
        case .ringingOut(let ringing): ringing.until
        case .call(let call): min(call.deadline(policy.limits), call.retry)
        case .ended(_, _, _, let until): until
        }
    }

    /// When the absence of the media process becomes a fault; past once it is one.
    private var faultDeadline: Instant {
        guard let mediaDownSince else { return .distantFuture }
        let due = mediaDownSince + policy.limits.mediaAway
        return due > now ? due : .distantFuture
    }

    private mutating func expire() {
        guard phaseDeadline <= now else { return }
        switch phase {
        case .idle: break
        case .ringingIn(let ringing):
            if let automatic = ringing.automatic, automatic <= now {
                answer(ringing)
            } else {
                effects += [.sendReject(to: ringing.caller, nil)]
                end(.notAnswered)
            }
        case .ringingOut:
            effects += [.sendCancel]
            end(.notAnswered)
        case .call(let call):
            if call.deadline(policy.limits) <= now {
                effects += [.sendHangUp(to: call.peer)]
                if call.connected == nil {
                    end(.connectionFailed, because: call.lack(hasMedia: hasMedia))
                } else {
                    end(.connectionLost)
                }
            } else {
                mend(call)
            }
        case .ended: phase = .idle
        }
    }

    var isOnline: Bool { offlineSince == nil }
    var hasMedia: Bool { mediaDownSince == nil }
}
