import Primitives
import STUN
import Testing

@Suite struct STUNMessageWriterTests {
    static let key = Array("a password of thirty characters".utf8)

    /// Every attribute that has a method, one message.
    static func everything(capacity: Int = 600) -> [UInt8]? {
        message(capacity: capacity, key: key) { writer in
            writer.writeUsername(receiver: Array("receiver".utf8), sender: Array("you".utf8))
            writer.writePriority(7)
            writer.writeUseCandidate()
            writer.writeICEControlling(tieBreaker: 8)
            writer.writeICEControlled(tieBreaker: 9)
            writer.writeXORMappedAddress(TransportAddress(IPAddress(ipv6High: 1, low: 2), port: 3))
            writer.writeErrorCode(487)
            writer.writeUnknownAttribute(STUNAttribute(rawValue: 0x7777))
            writer.write(.software, Array("callpoint".utf8).span.bytes)
        }
    }

    @Test func whatIsWrittenIsRead() throws {
        let message = try Reading(try #require(Self.everything()))
        #expect(message.transactionID == sampleID)
        #expect(message.username == Array("receiver:you".utf8))
        #expect(message.priority == 7)
        #expect(message.useCandidate)
        #expect(message.iceControlling == 8)
        #expect(message.iceControlled == 9)
        #expect(message.xorMappedAddress == TransportAddress(IPAddress(ipv6High: 1, low: 2), port: 3))
        #expect(message.errorCode == 487)
        #expect(try message.value(of: .unknownAttributes) == [0x77, 0x77])
        #expect(try message.value(of: .software) == Array("callpoint".utf8))
        #expect(try message.hasIntegrity(under: Self.key))
        #expect(message.hasFingerprint)
    }

    @Test func everyClassAndMethodSurvives() throws {
        for messageClass in [STUNClass.request, .indication, .success, .error] {
            for number in [UInt16(0), 1, 3, 0xF, 0x10, 0x70, 0x80, 0xABC, 0xFFF] {
                let method = STUNMethod(rawValue: number)
                let reading = try Reading(try #require(message(messageClass, method)))
                #expect(reading.messageClass == messageClass)
                #expect(reading.method == method)
            }
        }
    }

    @Test func tooLittleRoomIsAnAnswer() throws {
        let size = try #require(Self.everything()).count
        for capacity in 0..<size { #expect(Self.everything(capacity: capacity) == nil) }
        #expect(Self.everything(capacity: size) != nil)
    }
}
