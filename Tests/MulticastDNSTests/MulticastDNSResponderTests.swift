import MulticastDNS
import Primitives
import Testing

@Suite struct MulticastDNSResponderTests {
    static let asker = TransportAddress(IPAddress(ipv4: 0xC0A8_0207), port: 40_000)
    static let browser = TransportAddress(IPAddress(ipv4: 0xC0A8_0207), port: 5353)
    static let (ipv4, ipv6) = (IPAddress(ipv4: 0xC0A8_0202), IPAddress(ipv6High: 0x2001_0DB8 << 32, low: 7))

    private func ask(_ name: String, id: UInt16 = 0x1234) throws -> MulticastDNSQuery {
        try #require(MulticastDNSQuery(name: name, id: id))
    }

    private func reply(
        _ responder: inout MulticastDNSResponder, to bytes: [UInt8], from source: TransportAddress = Self.asker,
        at now: Instant = .zero
    ) -> MulticastDNSResponder.Reply? { responder.reply(to: bytes.span.bytes, from: source, now: now) }

    private func add(_ name: String, _ address: IPAddress) throws -> MulticastDNSResponder {
        var responder = MulticastDNSResponder()
        let isAdded = responder.add(name, address)
        #expect(isAdded)
        return responder
    }

    /// The question of RFC 6762 §5.4, one for each type.
    private func question(_ name: String, unicast: Bool) throws -> [UInt8] {
        var bytes = try ask(name, id: 0).question
        guard unicast else { return bytes }
        bytes[58] |= 0x80
        bytes[bytes.count - 2] |= 0x80
        return bytes
    }

    @Test(arguments: [ipv4, ipv6])
    func aQuestionIsAnsweredToTheAsker(address: IPAddress) throws {
        var random = RandomSource(seed: 1)
        let name = MulticastDNSName.random(using: &random)
        var responder = try add(name, address)
        let query = try ask(name)
        let answer = reply(&responder, to: query.question)
        let reply = try #require(answer)
        #expect(reply.destination == Self.asker)
        #expect(query.addresses(in: reply.bytes.span.bytes) == [address])
        #expect(try ask(name, id: 9).addresses(in: reply.bytes.span.bytes) == [])
    }

    @Test func resolversAreAnsweredToTheGroupUnlessTheyAskOtherwise() throws {
        var random = RandomSource(seed: 2)
        let name = MulticastDNSName.random(using: &random)
        var responder = try add(name, Self.ipv4)
        let all = try question(name, unicast: false)
        let toAll = reply(&responder, to: all, from: Self.browser)
        #expect(toAll?.destination == MulticastDNSQuery.group)
        let one = try question(name, unicast: true)
        let toOne = reply(&responder, to: one, from: Self.browser)
        let reply = try #require(toOne)
        #expect(reply.destination == Self.browser)
        // Identifier 0, no question, and caches forget what they had.
        #expect(Array(reply.bytes.prefix(12)) == [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0])
        #expect(Array(reply.bytes[56..<67]) == [0, 1, 0x80, 1, 0, 0, 0, 120, 0, 4, 192])
    }

    @Test func nobodyElsesNamesAreAnswered() throws {
        var random = RandomSource(seed: 3)
        let (ours, other) = (MulticastDNSName.random(using: &random), MulticastDNSName.random(using: &random))
        #expect(ours != other)
        var responder = try add(ours, Self.ipv4)
        let toOther = reply(&responder, to: try ask(other).question)
        #expect(toOther == nil)
        let toOurs = reply(&responder, to: try ask(ours).question)
        let answer = try #require(toOurs)
        // An answer is no question, so that two of us do not answer each other.
        let toAnswer = reply(&responder, to: answer.bytes, from: Self.browser)
        #expect(toAnswer == nil)
    }

    @Test func answersAreBounded() throws {
        var random = RandomSource(seed: 4)
        let name = MulticastDNSName.random(using: &random)
        var responder = try add(name, Self.ipv4)
        let bytes = try ask(name).question
        func answers(at now: Instant) -> Int {
            var count = 0
            for _ in 0..<100 where reply(&responder, to: bytes, at: now) != nil { count += 1 }
            return count
        }
        let now = Instant.zero + .seconds(5)
        #expect(answers(at: now) == 20)
        #expect(answers(at: now + .milliseconds(999)) == 0)
        #expect(answers(at: now + .seconds(1)) == 20)
    }

    @Test func hostileQuestionsDoNoHarm() throws {
        var random = RandomSource(seed: 5)
        let name = MulticastDNSName.random(using: &random)
        var responder = try add(name, Self.ipv4)
        let good = try ask(name).question
        var answered = 0
        for round in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let part = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            let now = Instant.zero + .seconds(Int64(round))
            if let reply = reply(&responder, to: part, at: now) {
                answered += 1
                #expect(reply.bytes.count <= 2 * good.count)
            }
        }
        #expect(answered > 0)
    }

    @Test func namesAreRandomUUIDs() {
        var random = RandomSource(seed: 6)
        let names = Set((0..<100).map { _ in MulticastDNSName.random(using: &random) })
        #expect(names.count == 100)
        for name in names {
            let parts = name.dropLast(6).split(separator: "-")
            #expect(parts.map(\.count) == [8, 4, 4, 4, 12] && parts[2].first == "4")
            #expect(name.hasSuffix(".local") && "89ab".contains(parts[3].prefix(1)))
        }
    }
}
