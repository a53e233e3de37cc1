/// Cutting SDP text by bytes. Never by `Character`: a combining mark after a separator must not hide it.
enum Text {
    static let space = UInt8(ascii: " ")
    static let tab = UInt8(ascii: "\t")

    /// The fields between runs of spaces and tabs.
    static func fields(_ text: some StringProtocol) -> [Substring] {
        Substring(text).utf8.split { $0 == space || $0 == tab }.map { Substring($0) }
    }

    /// What is before and after the first `separator`; nil after, if there is none.
    static func cut(_ text: some StringProtocol, at separator: UInt8) -> (head: Substring, tail: Substring?) {
        let bytes = Substring(text).utf8
        guard let i = bytes.firstIndex(of: separator) else { return (Substring(bytes), nil) }
        return (Substring(bytes[..<i]), Substring(bytes[bytes.index(after: i)...]))
    }

    static func trimmed(_ text: some StringProtocol) -> Substring {
        var bytes = Substring(text).utf8
        while let first = bytes.first, first == space || first == tab { bytes.removeFirst() }
        while let last = bytes.last, last == space || last == tab { bytes.removeLast() }
        return Substring(bytes)
    }

    /// Digits only, unlike the standard library's initializers, which take a sign.
    static func decimal<T: FixedWidthInteger>(_ text: some StringProtocol, as type: T.Type = T.self) -> T? {
        guard !text.isEmpty, text.utf8.count <= 20, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        return T(String(text))
    }

    static func lowercased(_ text: some StringProtocol) -> String {
        String(decoding: text.utf8.map { 0x41...0x5A ~= $0 ? $0 + 32 : $0 }, as: UTF8.self)
    }

    /// `token` of RFC 8866 §9.
    static func isToken(_ text: some StringProtocol) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                switch $0 {
                case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x5E...0x7E: true
                default: false
                }
            }
    }

    /// `ice-char` of RFC 8839 §5.4.
    static func isICEText(_ text: some StringProtocol) -> Bool {
        text.utf8.allSatisfy {
            switch $0 {
            case 0x2B, 0x2F, 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: false
            }
        }
    }
}
