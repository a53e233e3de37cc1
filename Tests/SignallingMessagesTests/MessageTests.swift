import Primitives
import SignallingMessages
import Testing

private let user = User(userName: "张三", roomId: "101", sockId: "abc")
private let sdp = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n"

private let clientMessages: [ClientMessage] =
    [
        .checkRoom(user), .userLeave(user), .watch,
        .description(SignalledDescription(.offer, sdp: sdp), user: user, to: "k"),
        .description(SignalledDescription(.answer, sdp: sdp), user: user, to: nil),
        .candidate(
            SignalledCandidate(candidate: "candidate:1 1 udp 1 192.0.2.1 5 typ host", sdpMid: "0", sdpMLineIndex: 0),
            user: user, to: "k"),
        .hello(Hello(role: .console, name: "Dr Li", place: "Ward 3")), .hello(Hello(role: .kiosk, name: "K")),
        .state(KioskStatus(.inCall, with: "Li", since: 1500, detail: "x")), .state(KioskStatus(.idle)),
        .signal(CallSignal(.reject, user: user, to: "k", reason: .busy)),
    ] + CallSignal.Kind.allCases.map { .signal(CallSignal($0, user: user)) }

private let serverMessages: [ServerMessage] =
    [
        .connectionSuccess(sockId: "abc"), .checkRoomSuccess([]), .checkRoomSuccess([user]),
        .joinRoomSuccess([user, user]), .userLeave([user]), .welcome(version: 1, maxUsers: 16),
        .description(SignalledDescription(.offer, sdp: sdp), from: "x"),
        .description(SignalledDescription(.answer, sdp: sdp), from: nil),
        .candidate(SignalledCandidate(candidate: "c", usernameFragment: "f"), from: "x"),
        .kiosks([
            KioskPresence(
                name: "Ward", place: "North", roomId: "101", sockId: "s", status: KioskStatus(.calling, since: 5),
                lastCall: 9),
            KioskPresence(name: "Other", status: KioskStatus(.offline, since: 1)),
        ]),
    ] + CallSignal.Kind.allCases.map { .signal(CallSignal($0, user: user, to: "k")) }

@Suite("Messages of the dialect")
struct MessageTests {
    @Test("a client's messages come back from their events", arguments: clientMessages)
    func client(message: ClientMessage) throws {
        #expect(try ClientMessage(event: message.event, arguments: message.arguments) == message)
    }

    @Test("a server's messages come back from their events", arguments: serverMessages)
    func server(message: ServerMessage) throws {
        #expect(try ServerMessage(event: message.event, arguments: message.arguments) == message)
    }

    @Test("the events bear the ancestor's names")
    func names() throws {
        #expect(ClientMessage.signal(CallSignal(.call, user: user)).event == "toSendVideo")
        #expect(ServerMessage.signal(CallSignal(.call, user: user)).event == "receiveVideo")
        #expect(
            ClientMessage.description(SignalledDescription(.answer, sdp: ""), user: user, to: nil).event
                == "receiveAnsewer")
        let answer = ServerMessage.description(SignalledDescription(.answer, sdp: sdp), from: nil)
        // Bare, as the page expects it.
        #expect(answer.arguments == [["type": "answer", "sdp": .string(sdp)]])
        let offer = ClientMessage.description(SignalledDescription(.offer, sdp: sdp), user: user, to: nil)
        #expect(offer.arguments.first?["offer"]?["sdp"]?.string == sdp)
        #expect(offer.arguments.first?["to"] == nil)
    }

    @Test("what others send loosely is understood")
    func tolerance() throws {
        let loose: JSONValue = ["userName": "Dr. Li-3", "roomId": 101, "sockId": "s", "extra": [1]]
        #expect(
            try ClientMessage(event: "checkRoom", arguments: [loose])
                == .checkRoom(User(userName: "Dr. Li-3", roomId: "101", sockId: "s")))
        let list = try ServerMessage(event: "userLeave", arguments: [[loose, .null, 3]])
        #expect(list == .userLeave([User(userName: "Dr. Li-3", roomId: "101", sockId: "s")]))
        #expect(
            try ServerMessage(event: "addIceCandidate", arguments: [.null])
                == .candidate(SignalledCandidate(candidate: ""), from: nil))
        let untyped = try ServerMessage(event: "receiveOffer", arguments: [["sdp": "v=0"]])
        #expect(untyped == .description(SignalledDescription(.offer, sdp: "v=0"), from: nil))
        #expect(
            try ClientMessage(event: "receiveOffer", arguments: [["offer": ["sdp": "v=0"]]]).event == "receiveOffer")
    }

    @Test("fields that are missing, of another type or too long are named")
    func refusals() {
        let long = JSONValue.string(String(repeating: "a", count: 100_000))
        #expect(throws: MessageError.unknownEvent) { try ClientMessage(event: "x", arguments: []) }
        #expect(throws: MessageError.invalidField("userName")) { try ClientMessage(event: "checkRoom", arguments: []) }
        #expect(throws: MessageError.invalidField("sockId")) {
            try ClientMessage(event: "checkRoom", arguments: [["userName": "a", "roomId": "1", "sockId": long]])
        }
        #expect(throws: MessageError.invalidField("sdp")) {
            try ServerMessage(event: "receiveOffer", arguments: [["type": "offer", "sdp": long]])
        }
        #expect(throws: MessageError.invalidField("type")) {
            try ServerMessage(event: "receiveOffer", arguments: [["type": "answer", "sdp": "v=0"]])
        }
        #expect(throws: MessageError.invalidField("sdpMLineIndex")) {
            try ServerMessage(event: "addIceCandidate", arguments: [["candidate": "", "sdpMLineIndex": -1]])
        }
        #expect(throws: MessageError.invalidField("state")) {
            try ClientMessage(event: "callpoint:state", arguments: [["state": "dancing"]])
        }
        #expect(throws: MessageError.invalidField("role")) {
            try ClientMessage(event: "callpoint:hello", arguments: [["role": "admin", "name": "x"]])
        }
        #expect(throws: MessageError.invalidField("users")) { try ServerMessage(event: "userLeave", arguments: ["x"]) }
    }

    @Test("the dialect's rules for rooms and names")
    func rules() {
        for room in ["1", "0101", "9999"] { #expect(User.isValid(roomId: room)) }
        for room in ["", "12345", "1a", "-1", "１", "1 "] { #expect(!User.isValid(roomId: room)) }
        for name in ["A", "Ward", "张三", "张三Ward", "abcdefghij"] { #expect(User.isValid(userName: name)) }
        for name in ["", "abcdefghijk", "Ward 1", "é", "a1", "张三！"] { #expect(!User.isValid(userName: name)) }
        #expect(User.dialectName(for: "Ward 3 (North)") == "WardNorth")
        #expect(User.dialectName(for: "三号病房 Kiosk number") == "三号病房Kioskn")
        #expect(User.dialectName(for: "123") == "Kiosk")
        #expect(User(userName: "Ward", roomId: "101", sockId: "x").isStrictlyValid)
        #expect(!User(userName: "Ward", roomId: "101", sockId: "").isStrictlyValid)
    }

    @Test("no mutation of an event's payload traps")
    func mutations() {
        let seeds =
            clientMessages.map { ($0.event, JSONValue.array($0.arguments).text) }
            + serverMessages.map { ($0.event, JSONValue.array($0.arguments).text) }
        var random = RandomSource(seed: 11)
        var understood = 0
        for round in 0..<Fuzz.rounds {
            let (event, text) = seeds[round % seeds.count]
            var bytes = Array(text.utf8)
            Fuzz.mutate(&bytes, &random)
            guard let arguments = (try? JSONValue(parsing: bytes[...]))?.array else { continue }
            if (try? ClientMessage(event: event, arguments: arguments)) != nil { understood += 1 }
            if (try? ServerMessage(event: event, arguments: arguments)) != nil { understood += 1 }
        }
        #expect(understood > 0)
    }
}
