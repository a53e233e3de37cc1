public import Primitives

/// What one sending stream says about itself in sender reports (RFC 3550 §6.4.1).
public struct SenderState: Sendable {
    public let clockRate: UInt32
    public private(set) var packetCount: UInt64 = 0
    /// Payload octets.
    public private(set) var octetCount: UInt64 = 0
    private var lastTimestamp: UInt32 = 0
    private var lastCapture: Instant?

    public init(clockRate: UInt32) { self.clockRate = clockRate }

    public mutating func sent(timestamp: UInt32, capturedAt: Instant, payloadSize: Int) {
        packetCount &+= 1
        octetCount &+= UInt64(max(0, payloadSize))
        lastTimestamp = timestamp
        lastCapture = capturedAt
    }

    /// The information at `now`: the RTP time is that of the last frame, carried on at the clock rate.
    /// Nil before anything was sent.
    public func information(now: Instant) -> SenderInformation? {
        guard let lastCapture else { return nil }
        let elapsed = timestampUnits(now - lastCapture, clockRate: clockRate)
        return SenderInformation(
            ntp: NTPTimestamp(now), rtpTimestamp: lastTimestamp &+ UInt32(truncatingIfNeeded: elapsed),
            packetCount: UInt32(truncatingIfNeeded: packetCount), octetCount: UInt32(truncatingIfNeeded: octetCount))
    }
}

/// `interval` in units of a clock of `clockRate` Hz.
func timestampUnits(_ interval: Interval, clockRate: UInt32) -> Int64 {
    let (seconds, rest) = interval.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return seconds &* Int64(clockRate) &+ rest * Int64(clockRate) / 1_000_000_000
}
