import COpenSSL
import Primitives

/// HMAC-SHA1 as MESSAGE-INTEGRITY uses it (RFC 8489 §14.5).
struct MessageIntegrity {
    static let size = 20
    private var digest = InlineArray<20, UInt8>(repeating: 0)

    /// Over `head` followed by `body`, under `key`: a password as it stands for short-term credentials.
    init(key: RawSpan, head: RawSpan, body: RawSpan) {
        key.withUnsafeBytes { key in
            head.withUnsafeBytes { head in
                body.withUnsafeBytes { body in
                    var span = digest.mutableSpan
                    span.withUnsafeMutableBufferPointer { digest in
                        callpoint_hmac_sha1(
                            key.bytes, key.count, head.bytes, head.count, body.bytes, body.count, digest.baseAddress)
                    }
                }
            }
        }
    }

    var bytes: RawSpan { @_lifetime(borrow self) get { digest.span.bytes } }

    /// In a time that does not depend on where the difference is.
    func matches(_ other: RawSpan) -> Bool {
        guard other.byteCount == Self.size else { return false }
        var difference: UInt8 = 0
        for i in 0..<Self.size { difference |= digest[i] ^ (other.byte(at: i) ?? 0) }
        return difference == 0
    }
}

extension UnsafeRawBufferPointer {
    fileprivate var bytes: UnsafePointer<UInt8>? { baseAddress?.assumingMemoryBound(to: UInt8.self) }
}
