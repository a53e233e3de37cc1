public import Primitives

/// The 96 bits that bind a response to its request (RFC 8489 §5). Unpredictable, so that an off-path sender cannot answer.
public struct STUNTransactionID: Hashable, Sendable {
    public let high: UInt32
    public let low: UInt64

    public init(high: UInt32, low: UInt64) { (self.high, self.low) = (high, low) }

    public init(using random: inout RandomSource) {
        self.init(high: UInt32(truncatingIfNeeded: random.next()), low: random.next())
    }
}
