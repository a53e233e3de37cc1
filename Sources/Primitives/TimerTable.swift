/// All deadlines of one owner, one per kind of timer, in one fixed table.
///
/// `Kind` is an enumeration of `Int` raw values counted from 0. Nothing is allocated after `init`.
public struct TimerTable<Kind: CaseIterable & RawRepresentable & Sendable>: Sendable where Kind.RawValue == Int {
    private var deadlines: [Instant]

    public init() { deadlines = Array(repeating: .distantFuture, count: Kind.allCases.count) }

    /// When `kind` is due; `.distantFuture` if it is not set.
    public subscript(kind: Kind) -> Instant {
        get { deadlines[kind.rawValue] }
        set { deadlines[kind.rawValue] = newValue }
    }

    public mutating func stop(_ kind: Kind) { deadlines[kind.rawValue] = .distantFuture }

    /// The earliest deadline, `.distantFuture` if none is set.
    public var next: Instant {
        var earliest = Instant.distantFuture
        for deadline in deadlines where deadline < earliest { earliest = deadline }
        return earliest
    }

    /// Takes the earliest timer that is due at `now` out of the table. Call until it returns nil.
    public mutating func expire(at now: Instant) -> Kind? {
        var due: Kind?
        var earliest = Instant.distantFuture
        for kind in Kind.allCases where self[kind] <= now && self[kind] < earliest {
            (due, earliest) = (kind, self[kind])
        }
        if let due { stop(due) }
        return due
    }
}
