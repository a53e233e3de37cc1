public import Primitives

/// Who may call, what is answered without a press, and how long anything may last.
public struct CallPolicy: Hashable, Sendable {
    public enum Callers: Hashable, Sendable {
        case everyone
        /// Compared exactly. From an authenticated server these are identities, otherwise what callers say of themselves.
        case named(Set<String>)

        public func contains(_ caller: Party) -> Bool {
            switch self {
            case .everyone: true
            case .named(let names): names.contains(caller.name)
            }
        }
    }

    /// What becomes of a caller who is not in `from`.
    public enum Others: String, Hashable, Sendable, CaseIterable {
        /// Rings until somebody presses the button.
        case ring
        /// Is refused unheard.
        case refuse
    }

    /// Calls of those in `from` are answered by themselves, after the chime and the countdown.
    public var automatic: Bool
    /// The countdown. Capture never opens by itself sooner than `CallLimits.chime` after ringing began, whatever this says.
    public var after: Interval
    public var from: Callers
    public var others: Others
    public var limits: CallLimits

    /// Nothing is answered by itself and nobody is trusted to be.
    public init(
        automatic: Bool = false, after: Interval = .seconds(3), from: Callers = .named([]), others: Others = .ring,
        limits: CallLimits = CallLimits()
    ) {
        self.automatic = automatic
        self.after = after
        self.from = from
        self.others = others
        self.limits = limits
    }

    func admits(_ caller: Party) -> Bool { others == .ring || from.contains(caller) }
    func answersByItself(_ caller: Party) -> Bool { automatic && from.contains(caller) }
}

/// How long each state may last: none is without an end that comes by itself, but a call whose media flow.
public struct CallLimits: Hashable, Sendable {
    /// The chime that comes before any capture that nobody pressed a button for. No setting lowers it.
    public static let chime = Interval.seconds(2)

    public var ringingIn = Interval.seconds(60)
    public var ringingOut = Interval.seconds(120)
    public var connecting = Interval.seconds(20)
    /// From the loss of media to the end of the call.
    public var reconnecting = Interval.seconds(45)
    /// Likewise once the other side has also left the room.
    public var peerAway = Interval.seconds(30)
    public var ended = Interval.seconds(5)
    /// From a loss of media to the first attempt to mend it: most losses heal by themselves.
    public var grace = Interval.seconds(2)
    /// Between two attempts to mend.
    public var retry = Interval.seconds(8)
    /// Between two restarts that a change of the network asks for, at the least. Each also costs `restartCost` of a
    /// credit of `restartCredit`, which time gives back: a link that comes and goes is no storm of offers.
    public var restartPause = Interval.seconds(1)
    public var restartCost = Interval.seconds(12)
    public var restartCredit = Interval.seconds(48)
    /// How long the media process may be away before it is shown as a fault.
    public var mediaAway = Interval.seconds(3)

    public init() {}
}
