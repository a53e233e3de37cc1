import Primitives

/// Whether packets are lost that the ones after them would replace, and what is to be waited longer for that: one packet, so
/// that the next is here when the lost one is due.
struct LossReserve: Sendable {
    /// Each packet moves the share by 1/128: in 2.5 s of 20 ms packets it follows by two thirds.
    private static let step = 1.0 / 128
    /// Waits above the first share lost, and until it is under the second.
    private static let (begin, end) = (0.015, 0.005)

    private var lost = 0.0
    private var redundant = 0.0
    private(set) var reserve = Interval.zero

    mutating func played(hasRedundancy: Bool, lasting duration: Interval) {
        lost -= lost * Self.step
        redundant += ((hasRedundancy ? 1 : 0) - redundant) * Self.step
        decide(duration)
    }

    mutating func lost(lasting duration: Interval) {
        lost += (1 - lost) * Self.step
        decide(duration)
    }

    private mutating func decide(_ duration: Interval) {
        if lost < Self.end || redundant < 0.05 {
            reserve = .zero
        } else if lost > Self.begin {
            reserve = min(duration, .milliseconds(60))
        }
    }
}
