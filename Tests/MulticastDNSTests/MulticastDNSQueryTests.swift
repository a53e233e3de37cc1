import MulticastDNS
import Primitives
import Testing

@Suite struct MulticastDNSQueryTests {
    static let name = "6f4e9a52-19b7-4c1d-9d6a-0d9b6f3b2a10.local"

    private func query() throws -> MulticastDNSQuery { try #require(MulticastDNSQuery(name: Self.name, id: 0x1234)) }

    /// A response to `query` with these records: type, class, data.
    private func response(
        _ records: [(type: UInt16, kind: UInt16, data: [UInt8])], id: UInt16 = 0x1234, flags: UInt16 = 0x8400,
        name: [UInt8]? = nil
    ) throws -> [UInt8] {
        func word(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }
        let own = Array(try query().question[12..<(12 + 44)])
        var message = word(id) + word(flags) + word(1) + word(UInt16(records.count)) + word(0) + word(0)
        message += own + word(1) + word(1)
        for record in records {
            message += (name ?? [0xC0, 12]) + word(record.type) + word(record.kind) + [0, 0, 0, 120]
            message += word(UInt16(record.data.count)) + record.data
        }
        return message
    }

    @Test func asksForBothFamilies() throws {
        let bytes = try query().question
        #expect(Array(bytes.prefix(12)) == [0x12, 0x34, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0])
        #expect(bytes[12] == 36 && Array(bytes[49..<56]) == [5] + Array("local".utf8) + [0])
        #expect(Array(bytes[56..<60]) == [0, 1, 0, 1] && Array(bytes.suffix(4)) == [0, 28, 0, 1])
    }

    @Test(arguments: [
        "", ".local", "host", "a.b.local", "host.local.", "ho st.local", String(repeating: "a", count: 64) + ".local",
    ])
    func otherNamesAreRefused(name: String) { #expect(MulticastDNSQuery(name: name, id: 1) == nil) }

    @Test func readsAddressesOfBothFamilies() throws {
        let v6: [UInt8] = [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [1]
        let message = try response([(1, 0x8001, [192, 168, 2, 2]), (28, 1, v6), (16, 1, [0]), (1, 3, [1, 2, 3, 4])])
        #expect(
            try query().addresses(in: message.span.bytes)
                == [IPAddress(ipv4: 0xC0A8_0202), IPAddress(ipv6High: 0x2001_0DB8_0000_0000, low: 1)])
    }

    @Test func whatIsNoAnswerToUsIsNothing() throws {
        let record: [(type: UInt16, kind: UInt16, data: [UInt8])] = [(1, 1, [192, 168, 2, 2])]
        let others = [
            try response(record, id: 0x1235), try response(record, flags: 0x0400), try response(record, flags: 0x8403),
            try response(record, name: [1, 97, 5] + Array("local".utf8) + [0]), try response([(1, 1, [1, 2, 3])]), [],
        ]
        for message in others { #expect(try query().addresses(in: message.span.bytes).isEmpty) }
    }

    /// A pointer to itself, or forwards, must end; so must every cut of a good message.
    @Test func hostileMessagesEnd() throws {
        let query = try query()
        let loop = try response([(1, 1, [1, 2, 3, 4])], name: [0xC0, 60])
        #expect(query.addresses(in: loop.span.bytes).isEmpty)
        let good = try response([(1, 1, [192, 168, 2, 2])])
        for count in 0..<good.count {
            let cut = Array(good.prefix(count))
            #expect(query.addresses(in: cut.span.bytes).isEmpty)
        }
        var random = RandomSource(seed: 7)
        for _ in 0..<5000 {
            var bytes = good
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            #expect(query.addresses(in: bytes.span.bytes).count <= 8)
        }
    }
}
