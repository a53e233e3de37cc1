import SocketIO
import Testing

@Suite("Engine.IO packets and payloads")
struct EngineIOCodecTests {
    static let packets: [EngineIOPacket] = [
        .open("{}"), .close, .ping(""), .ping("probe"), .pong("probe"), .message("hello"), .message("€ 张 😀"),
        .binary([1, 2, 3, 4]), .binary([]), .binary([255]), .upgrade, .noop,
    ]

    @Test("each packet comes back from its text and its frame", arguments: EngineIOVersion.allCases)
    func roundTrip(version: EngineIOVersion) throws {
        for packet in Self.packets {
            #expect(
                try EngineIOPacket(text: Array(packet.text(version: version).utf8)[...], version: version) == packet)
            #expect(try EngineIOPacket(packet.frame(version: version), version: version) == packet)
        }
    }

    @Test("each payload comes back", arguments: EngineIOVersion.allCases)
    func payloads(version: EngineIOVersion) throws {
        let body = Array(EngineIOPayload.encode(Self.packets, version: version).utf8)
        #expect(try EngineIOPayload.decode(body, version: version) == Self.packets)
    }

    @Test("the texts are those of the protocol's documentation")
    func vectors() throws {
        #expect(
            EngineIOPayload.encode([.message("hello"), .ping(""), .message("world")], version: .v4)
                == "4hello\u{1E}2\u{1E}4world")
        #expect(
            EngineIOPayload.encode([.message("hello"), .binary([1, 2, 3, 4])], version: .v4) == "4hello\u{1E}bAQIDBA==")
        #expect(EngineIOPayload.encode([.message("hello"), .message("€")], version: .v3) == "6:4hello2:4€")
        #expect(EngineIOPayload.encode([.binary([1, 2, 3, 4])], version: .v3) == "10:b4AQIDBA==")
        // As a generation 3 client with binary transport posts it.
        let marked: [UInt8] = [0, 6, 255] + Array("4hello".utf8) + [1, 5, 255, 4, 1, 2, 3, 4]
        #expect(try EngineIOPayload.decode(marked, version: .v3) == [.message("hello"), .binary([1, 2, 3, 4])])
    }

    @Test(
        "what is no packet is refused",
        arguments: ["", "abc", "7", "b!!!!", "bA", "bAQ=I", "4hello\u{1E}", "\u{1E}4a", "4a\u{1E}\u{1E}4b"])
    func refusesV4(body: String) {
        #expect(throws: EngineIOError.self) { try EngineIOPayload.decode(Array(body.utf8), version: .v4) }
    }

    @Test(
        "what is no counted payload is refused",
        arguments: ["5", ":4a", "x:4a", "3:4a", "1:", "99999999999:4", "2:4a2", "1:😀"])
    func refusesV3(body: String) {
        #expect(throws: EngineIOError.self) { try EngineIOPayload.decode(Array(body.utf8), version: .v3) }
    }

    @Test("a payload of too many packets is refused")
    func packetLimit() {
        let many = Array(repeating: EngineIOPacket.noop, count: EngineIOPayload.packetLimit + 1)
        for version in EngineIOVersion.allCases {
            let body = Array(EngineIOPayload.encode(many, version: version).utf8)
            #expect(throws: EngineIOError.tooManyPackets) { try EngineIOPayload.decode(body, version: version) }
        }
    }
}
