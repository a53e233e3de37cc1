public import Primitives

/// A time in NTP's 32.32 fixed point (RFC 3550 §4).
///
/// Reports need differences only, so ours count from the start of the monotonic clock instead of 1900: no wall clock
/// enters the engine, and the kiosk's uptime is all that the value tells.
public struct NTPTimestamp: Equatable, Hashable, Sendable {
    public var value: UInt64

    public init(value: UInt64) { self.value = value }

    public init(_ instant: Instant) {
        let total = UInt64(bitPattern: max(0, instant.nanoseconds))
        let (seconds, rest) = total.quotientAndRemainder(dividingBy: 1_000_000_000)
        value = (seconds & 0xFFFF_FFFF) << 32 | ((rest << 32) / 1_000_000_000)
    }

    /// The middle 32 bits, as report blocks carry them: 16.16 seconds.
    public var middle: UInt32 { UInt32(truncatingIfNeeded: value >> 16) }
    /// The 24 bits of `abs-send-time`: 6.18 seconds.
    public var absoluteSendTime: UInt32 { UInt32(truncatingIfNeeded: value >> 14) & 0xFF_FFFF }

    /// How much later than `other` this is, right for differences up to 68 years either way.
    public func interval(since other: NTPTimestamp) -> Interval {
        let difference = Int64(bitPattern: value &- other.value)
        let fraction = ((difference & 0xFFFF_FFFF) * 1_000_000_000) >> 32
        return Interval(nanoseconds: (difference >> 32) * 1_000_000_000 + fraction)
    }

    /// The round trip that a report block tells (RFC 3550 §6.4.1), nil if the block answers no sender report of ours.
    ///
    /// Values that cannot be (negative by clock granularity, beyond ten seconds) are clamped or refused: they come from
    /// the peer.
    public static func roundTripTime(of block: ReportBlock, now: Instant) -> Interval? {
        guard block.lastSenderReport != 0 else { return nil }
        let elapsed = NTPTimestamp(now).middle &- block.lastSenderReport &- block.delaySinceLastSenderReport
        let units = Int64(Int32(bitPattern: elapsed))
        guard units > -65_536, units < 10 * 65_536 else { return nil }
        return Interval(nanoseconds: (max(0, units) * 1_000_000_000) >> 16)
    }
}

/// 16.16 seconds, as DLSR is counted; saturates.
func shortNTP(_ interval: Interval) -> UInt32 {
    let limit = Int64(65_535) * 1_000_000_000
    let nanoseconds = min(max(0, interval.nanoseconds), limit)
    return UInt32(truncatingIfNeeded: (nanoseconds << 16) / 1_000_000_000)
}
