public import Primitives

/// Writes one STUN message into memory of fixed size, without an allocation. Attributes in the order they are written;
/// `finish` last, which adds MESSAGE-INTEGRITY and FINGERPRINT.
public struct STUNMessageWriter: ~Copyable, ~Escapable {
    private var out: ByteWriter
    private let transactionID: STUNTransactionID

    @_lifetime(copy memory)
    public init(
        _ memory: consuming MutableRawSpan, _ messageClass: STUNClass, _ method: STUNMethod,
        transactionID: STUNTransactionID
    ) {
        out = ByteWriter(memory)
        self.transactionID = transactionID
        let m = method.rawValue
        let c = UInt16(messageClass.rawValue)
        out.write((m & 0xF80) << 2 | (m & 0x70) << 1 | m & 0xF | (c & 2) << 7 | (c & 1) << 4)
        out.write(UInt16(0))
        out.write(STUNMessage.magicCookie)
        out.write(transactionID.high)
        out.write(transactionID.low)
    }

    /// USERNAME of ICE: the receiver's fragment, a colon, the sender's.
    @_lifetime(self: copy self)
    public mutating func writeUsername(receiver: [UInt8], sender: [UInt8]) {
        let size = receiver.count + 1 + sender.count
        writeHeader(.username, size: size)
        out.write(receiver)
        out.write(UInt8(ascii: ":"))
        out.write(sender)
        pad(size)
    }

    @_lifetime(self: copy self)
    public mutating func writePriority(_ priority: UInt32) {
        writeHeader(.priority, size: 4)
        out.write(priority)
    }

    @_lifetime(self: copy self)
    public mutating func writeUseCandidate() { writeHeader(.useCandidate, size: 0) }

    @_lifetime(self: copy self)
    public mutating func writeICEControlling(tieBreaker: UInt64) {
        writeHeader(.iceControlling, size: 8)
        out.write(tieBreaker)
    }

    @_lifetime(self: copy self)
    public mutating func writeICEControlled(tieBreaker: UInt64) {
        writeHeader(.iceControlled, size: 8)
        out.write(tieBreaker)
    }

    @_lifetime(self: copy self)
    public mutating func writeXORMappedAddress(_ address: TransportAddress) { writeXOR(.xorMappedAddress, address) }

    /// XOR-MAPPED-ADDRESS, XOR-PEER-ADDRESS or XOR-RELAYED-ADDRESS, which have one form (RFC 8489 §14.2).
    @_lifetime(self: copy self)
    public mutating func writeXOR(_ attribute: STUNAttribute, _ address: TransportAddress) {
        writeHeader(attribute, size: address.address.family == .ipv4 ? 8 : 20)
        out.write(UInt8(0))
        out.write(address.address.family.rawValue)
        out.write(address.port ^ UInt16(STUNMessage.magicCookie >> 16))
        if let ipv4 = address.address.ipv4 {
            out.write(ipv4 ^ STUNMessage.magicCookie)
        } else {
            out.write(address.address.high ^ (UInt64(STUNMessage.magicCookie) << 32 | UInt64(transactionID.high)))
            out.write(address.address.low ^ transactionID.low)
        }
    }

    /// ERROR-CODE without a reason phrase, which no program reads and which would make an answer longer than its question.
    /// - Precondition: `300 ≤ code ≤ 699`.
    @_lifetime(self: copy self)
    public mutating func writeErrorCode(_ code: Int) {
        precondition((300...699).contains(code), "an error code lies between 300 and 699")
        writeHeader(.errorCode, size: 4)
        out.write(UInt16(0))
        out.write(UInt8(code / 100))
        out.write(UInt8(code % 100))
    }

    @_lifetime(self: copy self)
    public mutating func writeUnknownAttribute(_ attribute: STUNAttribute) {
        writeHeader(.unknownAttributes, size: 2)
        out.write(attribute.rawValue)
        pad(2)
    }

    /// Any attribute of four bytes: LIFETIME; with a first byte or word that counts, CHANNEL-NUMBER,
    /// REQUESTED-TRANSPORT and the two of address families.
    @_lifetime(self: copy self)
    public mutating func write(_ attribute: STUNAttribute, word: UInt32) {
        writeHeader(attribute, size: 4)
        out.write(word)
    }

    /// ALTERNATE-SERVER (RFC 8489 §14.15).
    @_lifetime(self: copy self)
    public mutating func writeAlternateServer(_ address: TransportAddress) {
        writeHeader(.alternateServer, size: address.address.family == .ipv4 ? 8 : 20)
        out.write(UInt8(0))
        out.write(address.address.family.rawValue)
        out.write(address.port)
        if let ipv4 = address.address.ipv4 {
            out.write(ipv4)
        } else {
            out.write(address.address.high)
            out.write(address.address.low)
        }
    }

    /// Ends an indication with DATA whose `size` bytes are behind what is written here: already, or soon.
    /// - Returns: where they start; nil if they do not fit. The message's size is that, `size` and padding to four.
    @_lifetime(self: copy self)
    public mutating func finish(dataOfSize size: Int) -> Int? {
        writeHeader(.data, size: size)
        let padded = (size + 3) & ~3
        setLength(extra: padded)
        return out.overflowed || padded > out.remaining || size > 0xFFFF ? nil : out.count
    }

    /// Any attribute, for those without a method of their own.
    @_lifetime(self: copy self)
    public mutating func write(_ attribute: STUNAttribute, _ value: RawSpan) {
        writeHeader(attribute, size: value.byteCount)
        out.write(value)
        pad(value.byteCount)
    }

    /// Any attribute, of bytes that are kept.
    @_lifetime(self: copy self)
    public mutating func write(_ attribute: STUNAttribute, _ value: [UInt8]) { write(attribute, value.span.bytes) }

    /// Adds MESSAGE-INTEGRITY under `key`, if there is one, and FINGERPRINT.
    /// - Returns: the size of the message; nil if it did not fit.
    @_lifetime(self: copy self)
    public mutating func finish(integrityKey key: [UInt8]?) -> Int? {
        if let key {
            setLength(extra: 4 + MessageIntegrity.size)
            let integrity = MessageIntegrity(key: key.span.bytes, head: out.written, body: RawSpan())
            write(.messageIntegrity, integrity.bytes)
        }
        setLength(extra: 8)
        let checksum = CRC32.checksum(out.written)
        writeHeader(.fingerprint, size: 4)
        out.write(checksum ^ STUNMessage.fingerprintMask)
        return out.overflowed ? nil : out.count
    }

    @_lifetime(self: copy self)
    private mutating func writeHeader(_ attribute: STUNAttribute, size: Int) {
        out.write(attribute.rawValue)
        out.write(UInt16(truncatingIfNeeded: size))
    }

    @_lifetime(self: copy self)
    private mutating func pad(_ size: Int) { out.pad(3 & (0 &- size)) }

    @_lifetime(self: copy self)
    private mutating func setLength(extra: Int) {
        out.patch(UInt16(truncatingIfNeeded: out.count - STUNMessage.headerSize + extra), at: 2)
    }
}
