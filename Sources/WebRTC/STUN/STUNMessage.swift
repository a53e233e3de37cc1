import Primitives

/// A STUN message read in place (RFC 8489). Structure is checked once, in `init`; nothing is copied and nothing allocated.
///
/// That a message could be read says nothing about who sent it: see `hasIntegrity(under:)` and `hasFingerprint`.
public struct STUNMessage: ~Escapable {
    public static let magicCookie: UInt32 = 0x2112_A442
    static let headerSize = 20

    public let messageClass: STUNClass
    public let method: STUNMethod
    public let transactionID: STUNTransactionID

    let bytes: RawSpan
    /// Where the attributes end that count: at MESSAGE-INTEGRITY, or at FINGERPRINT, or with the message.
    private let end: Int
    private let integrityOffset: Int?
    private let fingerprintOffset: Int?

    /// Whether a datagram is STUN's share of a socket that DTLS and SRTP use too (RFC 7983 §7).
    public static func isSTUN(firstByte: UInt8) -> Bool { firstByte < 4 }

    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan) throws(STUNError) {
        guard let type = bytes.bigEndian(UInt16.self, at: 0), type < 0x4000,
            bytes.bigEndian(UInt32.self, at: 4) == Self.magicCookie,
            let high = bytes.bigEndian(UInt32.self, at: 8), let low = bytes.bigEndian(UInt64.self, at: 12),
            let messageClass = STUNClass(rawValue: UInt8((type & 0x100) >> 7 | (type & 0x10) >> 4))
        else { throw .notSTUN }
        guard let length = bytes.bigEndian(UInt16.self, at: 2), length % 4 == 0,
            Self.headerSize + Int(length) == bytes.byteCount
        else { throw .badLength }

        self.bytes = bytes
        self.messageClass = messageClass
        method = STUNMethod(rawValue: (type & 0x3E00) >> 2 | (type & 0xE0) >> 1 | type & 0xF)
        transactionID = STUNTransactionID(high: high, low: low)

        var integrity: Int?
        var fingerprint: Int?
        var offset = Self.headerSize
        while offset < bytes.byteCount {
            guard fingerprint == nil, let kind = bytes.bigEndian(UInt16.self, at: offset),
                let size = bytes.bigEndian(UInt16.self, at: offset + 2)
            else { throw .badAttribute }
            let next = offset + 4 + (Int(size) + 3) & ~3
            guard next <= bytes.byteCount else { throw .badAttribute }
            switch STUNAttribute(rawValue: kind) {
            case .messageIntegrity where integrity == nil:
                guard Int(size) == MessageIntegrity.size else { throw .badAttribute }
                integrity = offset
            case .fingerprint:
                guard size == 4 else { throw .badAttribute }
                fingerprint = offset
            default: break
            }
            offset = next
        }
        integrityOffset = integrity
        fingerprintOffset = fingerprint
        end = integrity ?? fingerprint ?? bytes.byteCount
    }

    public var hasMessageIntegrity: Bool { integrityOffset != nil }

    /// Whether MESSAGE-INTEGRITY is there and right under `key`.
    public func hasIntegrity(under key: [UInt8]) -> Bool {
        guard let offset = integrityOffset, let tag = bytes.slice(offset + 4..<offset + 4 + MessageIntegrity.size),
            let body = bytes.slice(4..<offset)
        else { return false }
        // The length that was hashed counts everything up to and with MESSAGE-INTEGRITY, and nothing after it.
        let head = head(length: offset + 4 + MessageIntegrity.size - Self.headerSize)
        let expected = MessageIntegrity(key: key.span.bytes, head: head.span.bytes, body: body)
        return expected.matches(tag)
    }

    /// Whether FINGERPRINT is there and right.
    public var hasFingerprint: Bool {
        guard let offset = fingerprintOffset, let value = bytes.bigEndian(UInt32.self, at: offset + 4),
            let head = bytes.slice(0..<offset)
        else { return false }
        return CRC32.checksum(head) ^ STUNMessage.fingerprintMask == value
    }
    static let fingerprintMask: UInt32 = 0x5354_554E

    /// The value of the first attribute of a kind, or of a later one; nil if there is none before MESSAGE-INTEGRITY.
    @_lifetime(copy self)
    public func value(of attribute: STUNAttribute, occurrence: Int = 0) -> RawSpan? {
        guard let range = range(of: attribute, occurrence: occurrence) else { return nil }
        return bytes.slice(range)
    }

    /// Where in the message the value is, for who wants to take it out in place.
    public func range(of attribute: STUNAttribute, occurrence: Int = 0) -> Range<Int>? {
        var offset = Self.headerSize
        var toPass = occurrence
        while offset < end, let kind = bytes.bigEndian(UInt16.self, at: offset),
            let size = bytes.bigEndian(UInt16.self, at: offset + 2)
        {
            if kind == attribute.rawValue {
                if toPass == 0 { return offset + 4..<offset + 4 + Int(size) }
                toPass -= 1
            }
            offset += 4 + (Int(size) + 3) & ~3
        }
        return nil
    }

    /// The first comprehension-required attribute that is not known here; a request with one is answered with 420.
    public var firstUnknownAttribute: STUNAttribute? {
        var offset = Self.headerSize
        while offset < end, let kind = bytes.bigEndian(UInt16.self, at: offset),
            let size = bytes.bigEndian(UInt16.self, at: offset + 2)
        {
            let attribute = STUNAttribute(rawValue: kind)
            if !attribute.isKnown { return attribute }
            offset += 4 + (Int(size) + 3) & ~3
        }
        return nil
    }

    /// The first four bytes of the header with another length.
    private func head(length: Int) -> InlineArray<4, UInt8> {
        [bytes.byte(at: 0) ?? 0, bytes.byte(at: 1) ?? 0, UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF)]
    }
}
