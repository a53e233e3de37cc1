import Primitives

/// Encoded frames and packets that no codec made: each says which it is and can be checked to the byte.
public enum SyntheticMedia {
    /// What a frame says of itself.
    public struct Frame: Equatable, Sendable {
        public var number: UInt32
        /// The frame that it is predicted from.
        public var reference: UInt32
        /// Nothing is predicted from it.
        public var isNonReference: Bool

        public init(number: UInt32, reference: UInt32, isNonReference: Bool) {
            (self.number, self.reference, self.isNonReference) = (number, reference, isNonReference)
        }
    }

    /// A VP8 key frame has its start code and size (RFC 6386 §9.1), which receivers look at.
    public static func frame(_ frame: Frame, isKeyFrame: Bool, size: Int) -> [UInt8] {
        let number = frame.number
        var bytes: [UInt8] = isKeyFrame ? [0x10, 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0xE0, 0x01] : [0x11, 0, 0]
        bytes += bigEndian(number)
        bytes += bigEndian(UInt32(size)) + bigEndian(frame.reference << 1 | (frame.isNonReference ? 1 : 0))
        while bytes.count < size { bytes.append(fill(number, bytes.count)) }
        return bytes
    }

    /// What a frame that is whole and unharmed says.
    public static func frame(_ bytes: RawSpan, isKeyFrame: Bool) -> Frame? {
        let head = isKeyFrame ? 10 : 3
        guard let number = bytes.bigEndian(UInt32.self, at: head),
            let reference = bytes.bigEndian(UInt32.self, at: head + 8),
            bytes.bigEndian(UInt32.self, at: head + 4).map({ Int($0) == bytes.byteCount }) == true,
            bytes.byte(at: 0).map({ ($0 & 1 == 0) == isKeyFrame }) == true
        else { return nil }
        for i in (head + 12)..<max(head + 12, bytes.byteCount) where bytes.byte(at: i) != fill(number, i) {
            return nil
        }
        return Frame(number: number, reference: reference >> 1, isNonReference: reference & 1 != 0)
    }

    /// 20 ms of Opus by its first byte.
    public static func audio(_ number: UInt32) -> [UInt8] {
        var bytes: [UInt8] = [0x78] + bigEndian(number)
        while bytes.count < 80 { bytes.append(fill(number, bytes.count)) }
        return bytes
    }

    public static func audioNumber(_ bytes: RawSpan) -> UInt32? {
        guard bytes.byteCount == 80, let number = bytes.bigEndian(UInt32.self, at: 1) else { return nil }
        for i in 5..<80 where bytes.byte(at: i) != fill(number, i) { return nil }
        return number
    }

    private static func fill(_ number: UInt32, _ index: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: number &* 31 &+ UInt32(truncatingIfNeeded: index) &* 7)
    }
    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) }
    }
}
