import Glibc
import Primitives
import SignallingMessages
import SocketIO
import Testing

/// The text of a packet's first part.
private func text(_ packet: SocketIOPacket) -> String {
    guard case .message(let text)? = packet.encoded().first else { return "" }
    return text
}

@Suite("Socket.IO packets")
struct SocketIOPacketTests {
    @Test("the texts are those of the protocol's documentation")
    func vectors() {
        #expect(text(SocketIOPacket(.connect)) == "0")
        #expect(text(SocketIOPacket(.connect, namespace: "/admin", payload: ["sid": "x"])) == "0/admin,{\"sid\":\"x\"}")
        #expect(text(.event("foo", [])) == "2[\"foo\"]")
        #expect(text(.event("foo", [], namespace: "/admin", id: 12)) == "2/admin,12[\"foo\"]")
        #expect(text(SocketIOPacket(.acknowledgement, namespace: "/admin", id: 13, payload: [1])) == "3/admin,13[1]")
        #expect(text(SocketIOPacket(.connectError, payload: ["message": "no"])) == "4{\"message\":\"no\"}")
        #expect(text(SocketIOPacket(.disconnect, namespace: "/admin")) == "1/admin,")
        let binary = SocketIOPacket.event("baz", [.placeholder(0)], attachments: [[1, 2]])
        #expect(binary.encoded() == [.message("51-[\"baz\",{\"_placeholder\":true,\"num\":0}]"), .binary([1, 2])])
    }

    @Test("each packet comes back")
    func roundTrip() throws {
        let packets: [SocketIOPacket] = [
            SocketIOPacket(.connect), SocketIOPacket(.connect, payload: ["token": "1"]),
            SocketIOPacket(.disconnect, namespace: "/a"), .event("e", [1, "2", ["3": [true]]], id: 456),
            .event("e", [.placeholder(1), .placeholder(0)], namespace: "/b", id: 7, attachments: [[1], []]),
            SocketIOPacket(.acknowledgement, id: 0, payload: []),
            SocketIOPacket(.connectError, namespace: "/x", payload: ["message": "m"]),
        ]
        for packet in packets {
            var receiver = SocketIOReceiver()
            var got: SocketIOPacket?
            for part in packet.encoded() {
                #expect(got == nil)
                switch part {
                case .message(let text): got = try receiver.receive(text: text)
                case .binary(let bytes): got = try receiver.receive(binary: bytes)
                default: Issue.record("no part of a packet: \(part)")
                }
            }
            #expect(got == packet)
        }
    }

    @Test("the query in a namespace is not part of its name")
    func query() throws {
        var receiver = SocketIOReceiver()
        #expect(try receiver.receive(text: "0/admin?token=1,{}")?.namespace == "/admin")
        #expect(try receiver.receive(text: "0/admin")?.namespace == "/admin")
    }

    @Test(
        "what is no packet is refused",
        arguments: [
            "", "7", "a", "2", "2{}", "2[]", "2[1]", "2\"a\"", "2[\"a\"", "2[\"a\"]x", "0[]", "0\"a\"", "1[]", "3[]",
            "31{}", "4", "5[\"a\"]", "5-[\"a\"]", "51[\"a\"]", "511-[\"a\"]", "2999999999999999999999[\"a\"]",
            "51-[\"a\",{\"_placeholder\":true,\"num\":1}]", "51-[\"a\",{\"_placeholder\":true,\"num\":-1}]",
            "51-[\"a\",{\"_placeholder\":true}]", "2[\"a\",{\"_placeholder\":true,\"num\":0}]",
        ])
    func refuses(text: String) {
        var receiver = SocketIOReceiver()
        #expect(throws: SocketIOError.self) { try receiver.receive(text: text) }
    }

    @Test("attachments are bounded in number and size, and come in their place")
    func attachments() throws {
        var limits = SocketIOLimits()
        limits.attachmentBytes = 4
        var receiver = SocketIOReceiver(limits: limits)
        #expect(throws: SocketIOError.unexpectedPacket) { try receiver.receive(binary: [1]) }
        #expect(throws: SocketIOError.tooManyAttachments) { try receiver.receive(text: "511-[\"a\"]") }
        #expect(try receiver.receive(text: "52-[\"a\",{\"_placeholder\":true,\"num\":0}]") == nil)
        #expect(throws: SocketIOError.unexpectedPacket) { try receiver.receive(text: "2[\"b\"]") }
        #expect(try receiver.receive(binary: [1, 2, 3]) == nil)
        #expect(throws: SocketIOError.attachmentsTooLong) { try receiver.receive(binary: [1, 2]) }
        var long = SocketIOReceiver()
        #expect(throws: SocketIOError.invalidNamespace) {
            try long.receive(text: "2/" + String(repeating: "n", count: 500) + ",[\"a\"]")
        }
    }

    @Test("no truncation and no mutation of a packet or payload traps")
    func mutations() {
        let seeds = [
            "42[\"checkRoom\",{\"roomId\":\"101\",\"sockId\":\"s\",\"userName\":\"张三\"}]", "40/custom,{\"sid\":\"x\"}",
            "452-/admin,12[\"a\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]", "43456[1]",
            "4hello\u{1E}bAQIDBA==\u{1E}2", "6:4hello10:b4AQIDBA==2:4€",
        ]
        var random = RandomSource(seed: 3)
        let scale = max(1, getenv("CALLPOINT_FUZZ").flatMap { Int(String(cString: $0)) } ?? 1)
        var packets = 0
        func feed(_ bytes: [UInt8]) {
            for version in EngineIOVersion.allCases {
                _ = try? EngineIOPayload.decode(bytes, version: version)
                guard let packet = try? EngineIOPacket(text: bytes[...], version: version) else { continue }
                var receiver = SocketIOReceiver()
                if case .message(let text) = packet, (try? receiver.receive(text: text)) != nil { packets += 1 }
            }
        }
        for seed in seeds { for end in 0...seed.utf8.count { feed(Array(seed.utf8.prefix(end))) } }
        for round in 0..<100_000 * scale {
            var bytes = Array(seeds[round % seeds.count].utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: at)
                default: bytes.insert(UInt8.random(in: 32...126, using: &random), at: at)
                }
            }
            feed(bytes)
        }
        #expect(packets > 0)
    }
}
