public import Primitives

/// The loss that redundancy is to prepare for, from the fractions that the peer's reports state one by one: up quickly, for
/// protection is wanted with the next packets; down slowly, for losses come in spells.
public struct LossTrend: Equatable, Sendable {
    /// 0 to 1.
    public private(set) var value = 0.0
    private var updated: Instant?

    /// What a report moves an old, lower value by.
    private static let rise = 0.7
    /// An old, higher value falls by 1/e in this.
    private static let memory = Interval.seconds(10)

    public init() {}

    /// - Parameter fraction: lost since the report before, 0 to 1.
    public mutating func update(_ fraction: Double, now: Instant) {
        let passed = updated.map { max(.zero, now - $0) } ?? .zero
        updated = now
        if fraction >= value {
            value += (fraction - value) * Self.rise
        } else {
            value += (fraction - value) * min(1, passed.seconds / (Self.memory + passed).seconds)
        }
    }
}
