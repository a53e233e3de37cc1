import Primitives
import STUN
import Testing

@Suite struct RFC5769Tests {
    @Test func request() throws {
        let message = try Reading(RFC5769.request)
        #expect(message.messageClass == .request)
        #expect(message.method == .binding)
        #expect(message.transactionID == STUNTransactionID(high: 0xb7e7_a701, low: 0xbc34_d686_fa87_dfae))
        #expect(message.username == Array("evtj:h6vY".utf8))
        #expect(try message.value(of: .software) == Array("STUN test client".utf8))
        #expect(message.priority == 0x6e00_01ff)
        #expect(message.iceControlled == 0x932f_f9b1_5126_3b36)
        #expect(message.iceControlling == nil)
        #expect(!message.useCandidate)
        #expect(try message.hasIntegrity(under: RFC5769.password))
        #expect(try !message.hasIntegrity(under: RFC5769.password.dropLast()))
        #expect(message.hasFingerprint)
        #expect(message.firstUnknownAttribute == nil)
    }

    @Test func responseIPv4() throws {
        let message = try Reading(RFC5769.responseIPv4)
        #expect(message.messageClass == .success)
        #expect(message.xorMappedAddress == TransportAddress(IPAddress(ipv4: 0xC000_0201), port: 32853))
        #expect(try message.hasIntegrity(under: RFC5769.password))
        #expect(message.hasFingerprint)
    }

    @Test func responseIPv6() throws {
        let message = try Reading(RFC5769.responseIPv6)
        let address = try #require(IPAddress("2001:db8:1234:5678:11:2233:4455:6677"))
        #expect(message.xorMappedAddress == TransportAddress(address, port: 32853))
        #expect(try message.hasIntegrity(under: RFC5769.password))
        #expect(message.hasFingerprint)
    }

    @Test func longTermRequest() throws {
        let message = try Reading(RFC5769.longTermRequest)
        #expect(message.username == Array("マトリックス".utf8))
        #expect(try message.value(of: .realm) == Array("example.org".utf8))
        #expect(try message.hasIntegrity(under: RFC5769.longTermKey))
        #expect(!message.hasFingerprint)
    }

    /// A key longer than a block is hashed before use (RFC 2104 §2), not cut.
    @Test func longKeys() throws {
        let long = Array(repeating: UInt8(0xAA), count: 80)
        let reading = try Reading(try #require(message(key: long)))
        #expect(try reading.hasIntegrity(under: long))
        #expect(try !reading.hasIntegrity(under: Array(long.prefix(64))))
    }
}
