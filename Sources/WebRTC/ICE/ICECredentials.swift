public import Primitives

/// A username fragment and a password (RFC 8445 §5.3, RFC 8839 §5.4).
public struct ICECredentials: Hashable, Sendable {
    public let usernameFragment: String
    public let password: String
    let fragmentBytes: [UInt8]
    let key: [UInt8]

    /// Nil unless the fragment has 4 to 256 and the password 22 to 256 of the characters A–Z a–z 0–9 + /.
    public init?(usernameFragment: String, password: String) {
        let fragment = Array(usernameFragment.utf8.prefix(257))
        let key = Array(password.utf8.prefix(257))
        guard (4...256).contains(fragment.count), (22...256).contains(key.count),
            fragment.allSatisfy(Self.isICECharacter), key.allSatisfy(Self.isICECharacter)
        else { return nil }
        (self.usernameFragment, self.password) = (usernameFragment, password)
        (fragmentBytes, self.key) = (fragment, key)
    }

    /// 48 random bits of fragment and 144 of password.
    public init(using random: inout RandomSource) {
        fragmentBytes = Self.randomCharacters(8, using: &random)
        key = Self.randomCharacters(24, using: &random)
        usernameFragment = String(decoding: fragmentBytes, as: UTF8.self)
        password = String(decoding: key, as: UTF8.self)
    }

    static func isICECharacter(_ c: UInt8) -> Bool {
        switch c {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func randomCharacters(_ count: Int, using random: inout RandomSource) -> [UInt8] {
        (0..<count).map { _ in alphabet[Int(random.next() >> 58)] }
    }
}
