import Primitives
import SignallingMessages
import SocketIO
import SwitchboardServer
import Testing

@Suite struct TURNCredentialsTests {
    let urls = ["turn:turn.example.org?transport=udp", "turns:turn.example.org:443"]

    /// The password is what `openssl dgst -sha1 -hmac SECRET -binary | base64` says of the user name.
    @Test func isWhatCoturnChecks() throws {
        let turn = try #require(TURNCredentials(urls: urls, secret: Array("north-ward-secret".utf8), lifetime: 3600))
        let list = turn.mint(for: "S1", unixTime: 1_700_000_000)
        #expect(
            list
                == ICEServerList(
                    servers: [
                        .init(urls: urls, username: "1700003600:S1", credential: "ubPkhU8e1KQUwLOi501l/e0968s=")
                    ], lifetime: 3600))
        #expect(!"\(list)".contains("ubPkhU8e1KQUwLOi501l/e0968s="))
        #expect(TURNCredentials(urls: urls, secret: []) == nil && TURNCredentials(urls: [], secret: [1]) == nil)
    }

    @Test func crossesAsJSONWithinBounds() throws {
        let turn = try #require(TURNCredentials(urls: urls, secret: Array("north-ward-secret".utf8)))
        let message = ServerMessage.iceServers(turn.mint(for: "S1", unixTime: 5))
        #expect(try ServerMessage(event: message.event, arguments: message.arguments) == message)
        let bad: [JSONValue] = [
            .null, ["iceServers": [], "lifetime": -1], ["iceServers": [["urls": []]], "lifetime": 1],
            ["iceServers": [["urls": [.string(String(repeating: "a", count: 301))]]], "lifetime": 1],
            ["iceServers": .array(Array(repeating: ["urls": ["stun:h"]], count: 17)), "lifetime": 1],
        ]
        for json in bad {
            #expect(throws: MessageError.self) { try ServerMessage(event: "callpoint:ice", arguments: [json]) }
        }
    }

    @Test func bothSidesOfACallAreToldRightBefore() throws {
        let turn = try #require(TURNCredentials(urls: urls, secret: Array("north-ward-secret".utf8)))
        var board = Switchboard(epoch: .seconds(1_000_000), turn: turn)
        var heard: [String: [String]] = [:]
        var usernames: [String: String] = [:]
        func deliver() {
            while let output = board.poll(now: .zero) {
                guard case .send(let session, let packet) = output, let (name, arguments) = packet.event else {
                    continue
                }
                heard[session, default: []].append(name)
                if case .iceServers(let list)? = try? ServerMessage(event: name, arguments: arguments) {
                    usernames[session] = list.servers.first?.username
                }
            }
        }
        func user(_ id: String) -> User { User(userName: id, roomId: "101", sockId: id) }
        func say(_ id: String, _ message: ClientMessage) {
            board.received(
                .event(message.event, message.arguments), from: SocketID(session: id, namespace: "/", sid: id),
                now: .zero)
            deliver()
        }
        for (id, hello) in [
            ("K", Hello(role: .kiosk, name: "Ward")), ("C", Hello(role: .console, name: "Li")), ("O", nil),
        ] {
            board.connected(SocketID(session: id, namespace: "/", sid: id), auth: hello?.json, now: .zero)
            if id != "O" { say(id, .checkRoom(user(id))) }
        }
        #expect(heard["K"]?.prefix(3) == ["callpoint:welcome", "connectionSuccess", "callpoint:ice"])
        #expect(heard["C"]?.contains("callpoint:ice") == false && usernames.isEmpty)
        heard = [:]
        say("C", .signal(CallSignal(.call, user: user("C"), to: "K")))
        #expect(heard["K"] == ["callpoint:ice", "receiveVideo"] && heard["C"] == ["callpoint:ice", "receiveVideo"])
        #expect(usernames == ["K": "1043200:K", "C": "1043200:C"])
        heard = [:]
        say("K", .signal(CallSignal(.answer, user: user("K"), to: "C")))
        #expect(heard["C"] == ["callpoint:ice", "answerVideo"])
        heard = [:]
        say("K", .signal(CallSignal(.hangUp, user: user("K"), to: "C")))
        #expect(heard["C"] == ["hangupVideo"])
    }
}
