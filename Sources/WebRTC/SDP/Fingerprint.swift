/// The hash functions whose fingerprints we trust. RFC 8122 §5 knows weaker ones, which are refused.
public enum HashAlgorithm: String, Hashable, Sendable, CaseIterable {
    case sha256 = "sha-256"
    case sha384 = "sha-384"
    case sha512 = "sha-512"

    /// Bytes of the hash.
    public var size: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }
}

/// A certificate's hash (RFC 8122 §5): what ties the DTLS peer to the description.
public struct Fingerprint: Hashable, Sendable {
    public let algorithm: HashAlgorithm
    public let bytes: [UInt8]

    /// Nil if the hash has not the algorithm's size.
    public init?(algorithm: HashAlgorithm, bytes: [UInt8]) {
        guard bytes.count == algorithm.size else { return nil }
        (self.algorithm, self.bytes) = (algorithm, bytes)
    }

    /// What an attribute's value can be.
    package enum Reading: Equatable {
        case fingerprint(Fingerprint)
        /// A hash function that we do not trust or know.
        case unacceptable
        case malformed
    }

    /// Reads `<algorithm> <hex>:<hex>…`, in any case, with any white space between and around.
    package static func read(_ value: some StringProtocol) -> Reading {
        let fields = Text.fields(value)
        guard fields.count == 2, Text.isToken(fields[0]) else { return .malformed }
        guard let algorithm = HashAlgorithm(rawValue: Text.lowercased(fields[0])) else { return .unacceptable }
        guard fields[1].utf8.count == algorithm.size * 3 - 1 else { return .malformed }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(algorithm.size)
        for (i, c) in fields[1].utf8.enumerated() {
            if i % 3 == 2 {
                guard c == UInt8(ascii: ":") else { return .malformed }
                continue
            }
            let digit: UInt8
            switch c {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = c - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = c - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = c - UInt8(ascii: "A") + 10
            default: return .malformed
            }
            if i % 3 == 0 { bytes.append(digit << 4) } else { bytes[bytes.count - 1] |= digit }
        }
        return Fingerprint(algorithm: algorithm, bytes: bytes).map { .fingerprint($0) } ?? .malformed
    }
}

extension Fingerprint: CustomStringConvertible {
    /// The attribute's value, in upper case as RFC 8122 asks for.
    public var description: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            if !text.isEmpty { text.append(UInt8(ascii: ":")) }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return "\(algorithm.rawValue) \(String(decoding: text, as: UTF8.self))"
    }
}
