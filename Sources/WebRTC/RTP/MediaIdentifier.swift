import Primitives

/// A `mid` (RFC 9143) as the header extension carries it: at most 16 bytes, kept in place so that matching it allocates
/// nothing.
public struct MediaIdentifier: Sendable, Equatable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    public private(set) var count = 0

    /// Nil if empty or longer than 16 bytes.
    public init?(_ text: String) {
        for byte in text.utf8 { guard append(byte) else { return nil } }
        guard count > 0 else { return nil }
    }

    /// Nil if empty or longer than 16 bytes.
    public init?(_ bytes: RawSpan) {
        for i in 0..<bytes.byteCount { guard let byte = bytes.byte(at: i), append(byte) else { return nil } }
        guard count > 0 else { return nil }
    }

    private mutating func append(_ byte: UInt8) -> Bool {
        guard count < 16 else { return false }
        if count < 8 {
            low |= UInt64(byte) << UInt64(count * 8)
        } else {
            high |= UInt64(byte) << UInt64(count * 8 - 64)
        }
        count += 1
        return true
    }

    func write(to writer: inout ByteWriter) {
        for i in 0..<count {
            writer.write(UInt8(truncatingIfNeeded: i < 8 ? low >> UInt64(i * 8) : high >> UInt64(i * 8 - 64)))
        }
    }
}
