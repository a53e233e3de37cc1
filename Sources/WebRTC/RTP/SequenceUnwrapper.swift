public import Primitives

/// Continues 16-bit sequence numbers to 64 bits: each is taken as the nearest to the last one.
///
/// The first value unwraps to itself plus 2¹⁶, so that packets reordered before it stay positive.
public struct SequenceUnwrapper: Equatable, Sendable {
    private var last: Int64?

    public init() {}

    /// The latest unwrapped value, by `unwrap`.
    public var latest: Int64? { last }

    public mutating func unwrap(_ value: UInt16) -> Int64 {
        let full = peek(value)
        last = full
        return full
    }

    /// What `unwrap` would return, without moving.
    public func peek(_ value: UInt16) -> Int64 {
        guard let last else { return Int64(value) + 0x1_0000 }
        let difference = Int16(truncatingIfNeeded: Int64(value) &- last)
        return last &+ Int64(difference)
    }

    public mutating func reset() { last = nil }
}

/// Continues 32-bit RTP timestamps to 64 bits, as `SequenceUnwrapper` does for sequence numbers.
public struct TimestampUnwrapper: Equatable, Sendable {
    private var last: Int64?

    public init() {}

    public mutating func unwrap(_ value: UInt32) -> Int64 {
        let full = peek(value)
        last = full
        return full
    }

    /// What `unwrap` would return, without moving.
    public func peek(_ value: UInt32) -> Int64 {
        guard let last else { return Int64(value) + 0x1_0000_0000 }
        let difference = Int32(truncatingIfNeeded: Int64(value) &- last)
        return last &+ Int64(difference)
    }

    public mutating func reset() { last = nil }
}

/// Continues `abs-send-time`, which starts anew every 64 seconds.
public struct SendTimeUnwrapper: Equatable, Sendable {
    /// In 2¹⁸ parts of a second.
    private var last: Int64?

    public init() {}

    /// The time of a sender's clock that `value` means: the nearest to the last one.
    /// - Parameter value: 24 bits, seconds in 6.18 fixed point.
    public mutating func unwrap(_ value: UInt32) -> Interval {
        let value = Int64(value & 0xFF_FFFF)
        guard let before = last else {
            last = value
            return Self.interval(value)
        }
        // The low 24 bits of the difference, with their sign.
        let difference = Int32(truncatingIfNeeded: (value &- before) << 8) >> 8
        let full = before &+ Int64(difference)
        last = full
        return Self.interval(full)
    }

    private static func interval(_ value: Int64) -> Interval {
        let (seconds, rest) = (value >> 18, value & 0x3_FFFF)
        return .nanoseconds(seconds &* 1_000_000_000 &+ (rest * 1_000_000_000) >> 18)
    }
}
