import Primitives
import STUN

/// A message with everything copied out of it, which can be kept and compared.
struct Reading {
    var messageClass: STUNClass
    var method: STUNMethod
    var transactionID: STUNTransactionID
    var username: [UInt8]?
    var priority: UInt32?
    var iceControlled: UInt64?
    var iceControlling: UInt64?
    var useCandidate: Bool
    var errorCode: Int?
    var xorMappedAddress: TransportAddress?
    var firstUnknownAttribute: STUNAttribute?
    var hasFingerprint: Bool
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) throws {
        let message = try STUNMessage(bytes.span.bytes)
        messageClass = message.messageClass
        method = message.method
        transactionID = message.transactionID
        username = message.username?.toArray()
        priority = message.priority
        iceControlled = message.iceControlled
        iceControlling = message.iceControlling
        useCandidate = message.useCandidate
        errorCode = message.errorCode
        xorMappedAddress = message.xorMappedAddress
        firstUnknownAttribute = message.firstUnknownAttribute
        hasFingerprint = message.hasFingerprint
        self.bytes = bytes
    }

    func value(of attribute: STUNAttribute) throws -> [UInt8]? {
        try STUNMessage(bytes.span.bytes).value(of: attribute)?.toArray()
    }

    func hasIntegrity(under key: [UInt8]) throws -> Bool { try STUNMessage(bytes.span.bytes).hasIntegrity(under: key) }
}

/// A message made of what `body` writes, with MESSAGE-INTEGRITY under `key` and FINGERPRINT; nil if it does not fit.
func message(
    _ messageClass: STUNClass = .request, _ method: STUNMethod = .binding, capacity: Int = 600, key: [UInt8]? = nil,
    _ body: (inout STUNMessageWriter) -> Void = { _ in }
) -> [UInt8]? {
    var memory = Array(repeating: UInt8(0xEE), count: capacity)
    var span = memory.mutableSpan
    var writer = STUNMessageWriter(span.mutableBytes, messageClass, method, transactionID: sampleID)
    body(&writer)
    guard let size = writer.finish(integrityKey: key) else { return nil }
    return Array(memory.prefix(size))
}

let sampleID = STUNTransactionID(high: 0xDEAD_BEEF, low: 0x0123_4567_89AB_CDEF)
