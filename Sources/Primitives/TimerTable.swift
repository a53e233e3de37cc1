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
        // By number and not by `Kind.allCases`, which would make an array for every look.
        var due: Int?
        var earliest = Instant.distantFuture
        for index in deadlines.indices where deadlines[index] <= now && deadlines[index] < earliest {
            (due, earliest) = (index, deadlines[index])
        }
        guard let due else { return nil }
        deadlines[due] = .distantFuture
        return Kind(rawValue: due)
    }
}
