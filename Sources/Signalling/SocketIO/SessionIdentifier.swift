public import Primitives

/// Names for sessions and sockets: 120 random bits in 20 characters that need no escaping in a URL.
public enum SessionIdentifier {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    public static func make(_ random: inout RandomSource) -> String {
        var bits: UInt64 = 0
        let text = (0..<20).map { i -> UInt8 in
            if i % 10 == 0 { bits = random.next() }
            defer { bits >>= 6 }
            return alphabet[Int(bits & 63)]
        }
        return String(decoding: text, as: UTF8.self)
    }
}
