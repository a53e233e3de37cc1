public import Primitives

/// What one received source's packets tell: loss, jitter and the block of our reports (RFC 3550 §6.4.1, A.3, A.8).
public struct ReceptionState: Sendable {
    public let clockRate: UInt32
    public private(set) var packetsReceived: UInt64 = 0

    private var base: Int64?
    private var highest: Int64 = 0
    private var expectedBefore: Int64 = 0
    private var receivedBefore: UInt64 = 0
    /// Times 16, as in A.8.
    private var scaledJitter: Int64 = 0
    private var lastTransit: Int64?
    private var lastTimestamp: UInt32?
    private var lastReport: (middle: UInt32, arrival: Instant)?

    public init(clockRate: UInt32) { self.clockRate = clockRate }

    /// Counts a packet.
    /// - Parameter sequence: unwrapped.
    public mutating func received(sequence: Int64, timestamp: UInt32, arrival: Instant) {
        packetsReceived &+= 1
        if base == nil {
            base = sequence
            highest = sequence
        }
        highest = max(highest, sequence)
        // The packets of one frame share a timestamp but not a sending time: only the first of each counts.
        guard timestamp != lastTimestamp else { return }
        lastTimestamp = timestamp
        let local = timestampUnits(arrival - .zero, clockRate: clockRate)
        let transit = Int64(Int32(truncatingIfNeeded: local &- Int64(timestamp)))
        defer { lastTransit = transit }
        guard let lastTransit else { return }
        let difference = Int64(Int32(truncatingIfNeeded: transit &- lastTransit)).magnitude
        // Five seconds off is a new time base, not jitter.
        guard difference < UInt64(clockRate) * 5 else { return }
        scaledJitter += Int64(difference) - (scaledJitter + 8) >> 4
    }

    public mutating func receivedSenderReport(_ information: SenderInformation, at arrival: Instant) {
        lastReport = (information.ntp.middle, arrival)
    }

    /// Packets that have not come, negative if there were more duplicates than losses.
    public var packetsLost: Int64 {
        guard let base else { return 0 }
        return highest - base + 1 - Int64(bitPattern: packetsReceived)
    }

    /// In timestamp units.
    public var jitter: UInt32 { UInt32(clamping: scaledJitter >> 4) }
    /// In seconds, as W3C counts it.
    public var jitterSeconds: Double { Double(scaledJitter) / 16 / Double(clockRate) }

    /// The block for the report being written; the fraction lost counts from the call before.
    /// Nil before anything was received.
    public mutating func reportBlock(ssrc: UInt32, now: Instant) -> ReportBlock? {
        guard let base else { return nil }
        let expected = highest - base + 1
        let expectedNow = expected - expectedBefore
        let lostNow = expectedNow - Int64(bitPattern: packetsReceived &- receivedBefore)
        expectedBefore = expected
        receivedBefore = packetsReceived
        let fraction = expectedNow > 0 && lostNow > 0 ? min(255, lostNow * 256 / expectedNow) : 0
        let delay = lastReport.map { shortNTP(now - $0.arrival) } ?? 0
        return ReportBlock(
            ssrc: ssrc, fractionLost: UInt8(truncatingIfNeeded: fraction),
            cumulativeLost: Int32(max(-0x80_0000, min(0x7F_FFFF, packetsLost))),
            extendedHighestSequenceNumber: UInt32(truncatingIfNeeded: highest &- 0x1_0000),
            jitter: jitter, lastSenderReport: lastReport?.middle ?? 0, delaySinceLastSenderReport: delay)
    }
}
