import Primitives

/// The CRC-32 of ITU V.42 that FINGERPRINT carries (RFC 8489 §14.7).
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { byte in
        var value = UInt32(byte)
        for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1 }
        return value
    }

    static func checksum(_ bytes: RawSpan) -> UInt32 {
        var value: UInt32 = ~0
        let table = table
        bytes.withUnsafeBytes { bytes in
            for byte in bytes { value = (value >> 8) ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] }
        }
        return ~value
    }
}
