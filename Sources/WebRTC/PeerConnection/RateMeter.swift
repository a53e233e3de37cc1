import Primitives

/// Bits per second of something that comes in pieces, over the last second: what came in this second of the clock, and of
/// the second before the share that is not over yet.
struct RateMeter: Sendable {
    private var second: Int64 = -1
    private var bits = 0
    private var before = 0

    mutating func add(bytes: Int, now: Instant) {
        let number = now.nanoseconds / 1_000_000_000
        if number != second { (before, bits, second) = (number == second + 1 ? bits : 0, 0, number) }
        bits += bytes * 8
    }

    func bitrate(now: Instant) -> Double {
        let (number, rest) = now.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let left = 1 - Double(rest) / 1e9
        if number == second { return Double(bits) + Double(before) * left }
        return number == second + 1 ? Double(bits) * left : 0
    }
}
