import Primitives

/// Whether every second picture should be one that nothing is predicted from (docs/adr/0011-two-temporal-layers.md): where what
/// is lost cannot come again in time, or so much is lost that what comes again is lost too. Elsewhere a lost packet comes again
/// and is seen, and a viewer sees more pictures if all of them are waited for.
struct LayerChoice: Sendable {
    private static let heavyLoss = 0.16
    private static let loss = 0.03
    /// Up to here forward error correction makes good most of what is lost, upper frames or not.
    private static let protectedLoss = 0.08
    private static let longRoundTrip = Interval.milliseconds(180)
    /// It stays so for this long after the last reason for it.
    private static let patience = Interval.seconds(10)

    private(set) var isLayered = false
    private var lastReason = Instant.zero

    /// - Parameters:
    ///   - loss: share of packets lost of late, without what a full queue of ours has dropped.
    ///   - isProtected: the peer takes forward error correction.
    mutating func update(loss: Double, roundTripTime: Interval, isProtected: Bool, now: Instant) {
        let longWayLoss = isProtected ? Self.protectedLoss : Self.loss
        if loss >= Self.heavyLoss || loss >= longWayLoss && roundTripTime >= Self.longRoundTrip {
            (isLayered, lastReason) = (true, now)
        } else if isLayered, now - lastReason > Self.patience {
            isLayered = false
        }
    }
}
