/// A certificate's digest as signalling carries it (RFC 8122 §5): "sha-256 1A:2B:…".
///
/// Hashes weaker than SHA-256 cannot be expressed, so they cannot be relied upon.
public struct DTLSFingerprint: Hashable, Sendable {
    public enum Algorithm: String, Hashable, Sendable, CaseIterable {
        case sha256 = "sha-256"
        case sha384 = "sha-384"
        case sha512 = "sha-512"

        public var digestSize: Int {
            switch self {
            case .sha256: 32
            case .sha384: 48
            case .sha512: 64
            }
        }
    }

    public let algorithm: Algorithm
    public let digest: [UInt8]

    /// Nil if the digest's length is not the algorithm's.
    public init?(algorithm: Algorithm, digest: [UInt8]) {
        guard digest.count == algorithm.digestSize else { return nil }
        (self.algorithm, self.digest) = (algorithm, digest)
    }

    /// From the two words of an `a=fingerprint` line; letters of either case. Nil if unknown, weak or malformed.
    public init?(algorithm: some StringProtocol, value: some StringProtocol) {
        guard let known = Algorithm(rawValue: algorithm.lowercased()) else { return nil }
        let text = Array(value.utf8.prefix(known.digestSize * 3))
        guard text.count == known.digestSize * 3 - 1 else { return nil }
        var digest: [UInt8] = []
        for start in stride(from: 0, to: text.count, by: 3) {
            guard let high = Self.nibble(text[start]), let low = Self.nibble(text[start + 1]) else { return nil }
            guard start + 2 >= text.count || text[start + 2] == UInt8(ascii: ":") else { return nil }
            digest.append(high << 4 | low)
        }
        self.init(algorithm: known, digest: digest)
    }

    /// The value's text: upper-case hexadecimal bytes with colons between.
    public var value: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var text: [UInt8] = []
        for (i, byte) in digest.enumerated() {
            if i > 0 { text.append(UInt8(ascii: ":")) }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func nibble(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension DTLSFingerprint: CustomStringConvertible {
    public var description: String { "\(algorithm.rawValue) \(value)" }
}
