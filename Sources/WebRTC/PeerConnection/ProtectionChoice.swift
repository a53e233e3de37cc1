import Primitives

/// Whether what is sent should be protected by forward error correction, and how much of it that may take
/// (docs/adr/0012-forward-error-correction.md): where what is lost cannot come again before a viewer sees that the picture stands
/// still. Elsewhere a retransmission costs only what was lost.
struct ProtectionChoice: Sendable {
    private static let loss = 0.02
    private static let longRoundTrip = Interval.milliseconds(180)
    /// So much is lost that what comes again is too often lost again, where that takes a while to be seen.
    private static let highLoss = 0.04
    static let roundTrip = Interval.milliseconds(80)
    /// It stays so for this long after the last reason for it.
    private static let patience = Interval.seconds(10)
    private static let overheads = 0.15...0.3
    /// Of what the encoder has no use for.
    private static let most = 1.0

    private(set) var isOn = false
    /// Bytes that may be sent for each one that is protected or could be, at the encoder's cost.
    private(set) var overhead = Self.overheads.lowerBound
    /// The same where the path carries more than the encoder makes.
    private(set) var spareOverhead = Self.overheads.lowerBound
    private var lastReason = Instant.zero

    /// - Parameter loss: share of packets lost of late, without what a full queue of ours has dropped.
    mutating func update(loss: Double, roundTripTime: Interval, now: Instant) {
        let isReason = roundTripTime >= (loss >= Self.highLoss ? Self.roundTrip : Self.longRoundTrip)
        if loss >= Self.loss, isReason {
            (isOn, lastReason) = (true, now)
            overhead = min(max(4 * loss, Self.overheads.lowerBound), Self.overheads.upperBound)
            spareOverhead = loss >= Self.highLoss ? min(10 * loss, Self.most) : overhead
        } else if isOn, now - lastReason > Self.patience {
            isOn = false
        }
    }
}
