import Primitives

/// One packet's time more to wait while packets are lost that the ones after them carry, so that the next is here when the
/// lost one is due: for ten seconds after each loss, for losses come in spells.
struct LossReserve: Sendable {
    private static let memory = Interval.seconds(10)

    /// What was played since the last loss, and since the last packet that carried another; `memory` before the first.
    private var sinceLoss = memory
    private var sinceRedundancy = memory
    private(set) var reserve = Interval.zero

    mutating func played(hasRedundancy: Bool, lasting duration: Interval) {
        sinceLoss = min(sinceLoss + duration, Self.memory)
        sinceRedundancy = hasRedundancy ? .zero : min(sinceRedundancy + duration, Self.memory)
        let pays = sinceLoss < Self.memory && sinceRedundancy < Self.memory
        reserve = pays ? min(duration, .milliseconds(60)) : .zero
    }

    mutating func lost() { sinceLoss = .zero }
}
