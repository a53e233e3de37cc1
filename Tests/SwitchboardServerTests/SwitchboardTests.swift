import Primitives
import SignallingMessages
import SocketIO
import SwitchboardServer
import Testing

/// A switchboard with clients that speak in values, in virtual time.
private struct Clinic {
    var board = Switchboard(epoch: .seconds(1_000_000))
    var now = Instant.zero
    /// What each client has heard and not yet read.
    var heard: [String: [ServerMessage]] = [:]

    mutating func connect(_ id: String, _ hello: Hello? = nil) {
        board.connected(SocketID(session: id, namespace: "/", sid: id), auth: hello?.json, now: now)
        deliver()
    }
    mutating func disconnect(_ id: String) {
        board.disconnected(SocketID(session: id, namespace: "/", sid: id), now: now)
        deliver()
    }
    mutating func say(_ id: String, _ message: ClientMessage) { say(id, message.event, message.arguments) }
    mutating func say(_ id: String, _ event: String, _ arguments: [JSONValue]) {
        board.received(.event(event, arguments), from: SocketID(session: id, namespace: "/", sid: id), now: now)
        deliver()
    }
    mutating func wait(_ interval: Interval) {
        now += interval
        board.advance(to: now)
        deliver()
    }
    private mutating func deliver() {
        while let output = board.poll(now: now) {
            guard case .send(let session, let packet) = output, let (name, arguments) = packet.event,
                let message = try? ServerMessage(event: name, arguments: arguments)
            else { continue }
            heard[session, default: []].append(message)
        }
    }
    mutating func read(_ id: String) -> [ServerMessage] { heard.removeValue(forKey: id) ?? [] }
    mutating func forget() { heard = [:] }
    func user(_ id: String, _ room: String = "101") -> User { User(userName: "U\(id)", roomId: room, sockId: id) }
    mutating func join(_ id: String, _ room: String = "101") { say(id, .checkRoom(user(id, room))) }
}

private let console = Hello(role: .console, name: "Li")
private let kiosk = Hello(role: .kiosk, name: "Ward", place: "North")

@Suite("The switchboard's dialect")
struct SwitchboardTests {
    @Test("a client is welcomed before it is told its id")
    func welcome() {
        var c = Clinic()
        c.connect("a")
        #expect(c.read("a") == [.welcome(version: 1, maxUsers: 16), .connectionSuccess(sockId: "a")])
    }

    @Test("joining: the list before, then the list with the newcomer to all")
    func joining() {
        var c = Clinic()
        c.connect("a")
        c.connect("b")
        c.forget()
        c.join("a")
        #expect(c.read("a") == [.checkRoomSuccess([]), .joinRoomSuccess([c.user("a")])])
        c.join("b")
        #expect(c.read("b") == [.checkRoomSuccess([c.user("a")]), .joinRoomSuccess([c.user("a"), c.user("b")])])
        #expect(c.read("a") == [.joinRoomSuccess([c.user("a"), c.user("b")])])
    }

    @Test("joining twice does not double a user, and joining elsewhere leaves the first room")
    func joiningTwice() {
        var c = Clinic()
        c.connect("a")
        c.connect("b")
        c.join("a")
        c.join("b")
        c.forget()
        c.join("a")
        #expect(c.read("a") == [.checkRoomSuccess([c.user("b")]), .joinRoomSuccess([c.user("a"), c.user("b")])])
        #expect(c.read("b").isEmpty)
        c.join("a", "7")
        #expect(c.read("b") == [.userLeave([c.user("b")])])
    }

    @Test("a room holds two for the ancestor's pages and sixteen for ours")
    func full() {
        var c = Clinic()
        for i in 0..<18 { c.connect("x\(i)", i < 2 ? nil : console) }
        for i in 0..<2 { c.join("x\(i)") }
        c.connect("late")
        c.forget()
        c.join("late")
        #expect(c.read("late") == [.checkRoomSuccess([c.user("x0"), c.user("x1")])])
        for i in 2..<17 { c.join("x\(i)") }
        #expect(
            c.read("x15").contains { if case .joinRoomSuccess(let users) = $0 { users.count == 16 } else { false } })
        c.forget()
        c.join("x16")
        let heard = c.read("x16")
        #expect(heard.count == 1)
        #expect(c.read("x0").isEmpty)
    }

    @Test("who leaves, or whose socket ends, is gone for the others")
    func leaving() {
        var c = Clinic()
        for id in ["a", "b", "d"] {
            c.connect(id, console)
            c.join(id)
        }
        c.forget()
        c.say("a", .userLeave(c.user("a")))
        #expect(c.read("b") == [.userLeave([c.user("b"), c.user("d")])])
        #expect(c.read("a").isEmpty)
        c.forget()
        c.disconnect("d")
        #expect(c.read("b") == [.userLeave([c.user("b")])])
    }

    @Test("a former connection of one's own name may be cleared away, another's may not")
    func eviction() {
        var c = Clinic()
        for id in ["a", "b", "new"] { c.connect(id, console) }
        c.join("a")
        c.join("b")
        c.forget()
        c.say("new", .userLeave(User(userName: "Ub", roomId: "101", sockId: "a")))
        c.say("new", .userLeave(User(userName: "Ua", roomId: "7", sockId: "a")))
        #expect(c.heard.isEmpty)
        c.say("new", .userLeave(c.user("a")))
        #expect(c.read("b") == [.userLeave([c.user("b")])])
    }

    @Test("call events go to the room and the actor, under the name that joined", arguments: CallSignal.Kind.allCases)
    func relaying(kind: CallSignal.Kind) {
        var c = Clinic()
        for id in ["a", "b", "d"] {
            c.connect(id, console)
            c.join(id)
        }
        c.forget()
        let forged = User(userName: "Boss", roomId: "9", sockId: "b")
        c.say("a", .signal(CallSignal(kind, user: forged)))
        let expected = ServerMessage.signal(CallSignal(kind, user: c.user("a")))
        for id in ["a", "b", "d"] { #expect(c.read(id) == [expected]) }
        c.say("a", .signal(CallSignal(kind, user: c.user("a"), to: "d")))
        let addressed = ServerMessage.signal(CallSignal(kind, user: c.user("a"), to: "d"))
        #expect(c.read("a") == [addressed])
        #expect(c.read("b").isEmpty)
        #expect(c.read("d") == [addressed])
        c.say("a", .signal(CallSignal(kind, user: c.user("a"), to: "nobody")))
        #expect(c.heard.isEmpty)
    }

    @Test("descriptions and candidates go to one other, with the sender named")
    func media() {
        var c = Clinic()
        for id in ["a", "b", "d"] {
            c.connect(id, console)
            c.join(id)
        }
        c.forget()
        let offer = SignalledDescription(.offer, sdp: "v=0")
        let candidate = SignalledCandidate(candidate: "x", sdpMid: "0")
        c.say("d", .description(offer, user: c.user("d"), to: nil))
        #expect(c.read("a") == [.description(offer, from: "d")])
        c.say("d", .candidate(candidate, user: c.user("d"), to: "b"))
        #expect(c.read("b") == [.candidate(candidate, from: "d")])
        c.say("d", .description(offer, user: c.user("d"), to: "d"))
        c.say("d", .description(offer, user: c.user("d"), to: "nobody"))
        #expect(c.heard.isEmpty)
    }

    @Test("alone in a room, or in none, nothing is relayed and nothing fails")
    func alone() {
        var c = Clinic()
        c.connect("a")
        c.connect("outside")
        c.join("a")
        c.forget()
        for id in ["a", "outside"] {
            c.say(id, .description(SignalledDescription(.offer, sdp: "v=0"), user: c.user(id), to: nil))
            c.say(id, .candidate(SignalledCandidate(candidate: "x"), user: c.user(id), to: "a"))
        }
        c.say("outside", .signal(CallSignal(.hangUp, user: c.user("a"))))
        #expect(c.heard.isEmpty)
    }

    @Test("a description of one room never reaches another")
    func separation() {
        var c = Clinic()
        for (id, room) in [("a", "1"), ("b", "2"), ("d", "2")] {
            c.connect(id, console)
            c.join(id, room)
        }
        c.forget()
        c.say("b", .description(SignalledDescription(.offer, sdp: "v=0"), user: c.user("b"), to: "a"))
        c.say("b", .signal(CallSignal(.call, user: c.user("b"), to: "a")))
        #expect(c.heard.isEmpty)
    }

    @Test("what is malformed or unknown is ignored")
    func malformed() {
        var c = Clinic()
        c.connect("a")
        c.forget()
        for arguments: [JSONValue] in [[], [1], [.null], [["userName": 1]], [[]], ["x", "y"]] {
            for event in [
                "checkRoom", "toSendVideo", "receiveOffer", "addIceCandidate", "callpoint:state", "callpoint:hello",
                "nonsense", "",
            ] {
                c.say("a", event, arguments)
            }
        }
        #expect(c.heard.isEmpty)
    }
}

@Suite("Presence of kiosks")
struct PresenceTests {
    private func list(_ messages: [ServerMessage]) -> [KioskPresence]? {
        guard case .kiosks(let kiosks)? = messages.last else { return nil }
        return kiosks
    }

    @Test("a watcher gets the list at once, and again as it changes")
    func watching() {
        var c = Clinic()
        c.connect("li", console)
        c.forget()
        c.say("li", .watch)
        #expect(c.read("li") == [.kiosks([])])
        c.connect("k", kiosk)
        c.wait(.seconds(1))
        #expect(
            list(c.read("li")) == [
                KioskPresence(
                    name: "Ward", place: "North", sockId: "k", status: KioskStatus(.idle, since: 1_000_000_000))
            ])
        c.join("k")
        c.wait(.seconds(1))
        #expect(list(c.read("li"))?.first?.roomId == "101")
        c.say("k", .state(KioskStatus(.inCall, with: "Li", since: 500)))
        c.wait(.seconds(3))
        #expect(list(c.read("li"))?.first?.status == KioskStatus(.inCall, with: "Li", since: 1_000_001_500))
        c.say("k", .state(KioskStatus(.idle)))
        c.wait(.seconds(1))
        #expect(list(c.read("li"))?.first?.lastCall == 1_000_005_000)
        c.disconnect("k")
        c.wait(.seconds(1))
        let gone = list(c.read("li"))?.first
        #expect(gone?.status.state == .offline)
        #expect(gone?.sockId == nil)
        #expect(gone?.roomId == "101")
    }

    @Test("changes in quick succession are one list")
    func coalescing() {
        var c = Clinic()
        c.connect("li", console)
        c.say("li", .watch)
        c.connect("k", kiosk)
        c.forget()
        for _ in 0..<100 { c.say("k", .state(KioskStatus(.calling))) }
        c.wait(.seconds(1))
        #expect(c.read("li").count == 1)
    }

    @Test("a newer connection of the name takes the row over, and the older one's end does not matter")
    func takeover() {
        var c = Clinic()
        c.connect("old", kiosk)
        c.connect("new", kiosk)
        c.say("old", .state(KioskStatus(.fault)))
        c.disconnect("old")
        c.connect("li", console)
        c.say("li", .watch)
        let kiosks = list(c.read("li"))
        #expect(kiosks?.count == 1)
        #expect(kiosks?.first?.sockId == "new")
        #expect(kiosks?.first?.status.state == .idle)
    }

    @Test("only a kiosk has a row, hello counts once, and nobody declares himself offline")
    func rules() {
        var c = Clinic()
        c.connect("li", console)
        c.say("li", .hello(kiosk))
        c.say("li", .state(KioskStatus(.idle)))
        c.connect("k", nil)
        c.say("k", .hello(kiosk))
        c.say("k", .state(KioskStatus(.offline)))
        c.say("li", .watch)
        #expect(list(c.read("li"))?.map(\.status.state) == [.idle])
    }

    @Test("the list is bounded: who has been offline for longest makes room")
    func bound() {
        var c = Clinic()
        for i in 0..<300 {
            c.connect("k\(i)", Hello(role: .kiosk, name: "K\(i)"))
            if i < 100 { c.disconnect("k\(i)") }
            c.now += .seconds(1)
        }
        c.connect("li", console)
        c.say("li", .watch)
        let kiosks = list(c.read("li")) ?? []
        #expect(kiosks.count == 256)
        #expect(kiosks.contains { $0.name == "K299" })
        #expect(!kiosks.contains { $0.name == "K0" })
    }
}
