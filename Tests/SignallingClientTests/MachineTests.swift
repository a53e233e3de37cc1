import Primitives
import SignallingClient
import SignallingMessages
import SocketIO
import Testing

/// The client's machine against a server played by the test, in virtual time.
struct Rig {
    var machine: SignallingMachine
    var now = Instant.zero
    /// What the machine has done since it was last looked at.
    var connects: [EngineIOVersion] = []
    var said: [ClientMessage] = []
    var raw: [String] = []
    var events: [SignallingEvent] = []
    var memory: SignallingMemory
    var closed = 0

    init(memory: SignallingMemory = SignallingMemory(), seed: UInt64 = 1) {
        let configuration = SignallingConfiguration(
            url: "http://127.0.0.1:1", name: "Ward", place: "North", room: "101", stateDirectory: "/nonexistent")
        self.memory = memory
        machine = SignallingMachine(configuration, memory: memory, random: RandomSource(seed: seed))
        machine.start(now: now)
        drain()
    }

    mutating func drain() {
        while let output = machine.poll() {
            switch output {
            case .connect(let version): connects.append(version)
            case .frame(.text(let text)):
                raw.append(text)
                var receiver = SocketIOReceiver()
                if text.hasPrefix("4"), let packet = try? receiver.receive(text: String(text.dropFirst())),
                    let (name, arguments) = packet.event,
                    let message = try? ClientMessage(event: name, arguments: arguments)
                {
                    said.append(message)
                }
            case .frame(.binary): Issue.record("the client sends no binary")
            case .close: closed += 1
            case .event(let event): events.append(event)
            case .remember(let new): memory = new
            }
        }
    }

    mutating func hear(_ text: String) {
        machine.receive(.text(text), now: now)
        drain()
    }
    mutating func hear(_ message: ServerMessage) {
        hear("42" + JSONValue.array([.string(message.event)] + message.arguments).text)
    }
    mutating func wait(_ interval: Interval) {
        now += interval
        machine.advance(to: now)
        drain()
    }
    mutating func act(_ action: SignallingAction) -> SignallingDelivery {
        defer { drain() }
        return machine.handle(action, now: now)
    }
    mutating func lose() {
        machine.connectionLost("gone", now: now)
        drain()
    }
    mutating func forget() { (said, raw, events, connects) = ([], [], [], []) }

    static let open =
        "0{\"sid\":\"E\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":100000}"

    /// Up to the server's greeting, in either order of the ancestor and of ours.
    mutating func greet(_ id: String, callpoint: Bool) {
        machine.connected(now: now)
        hear(Self.open)
        if callpoint {
            hear("40{\"sid\":\"\(id)\"}")
            hear(.welcome(version: 1, maxUsers: 16))
            hear(.connectionSuccess(sockId: id))
        } else {
            hear(.connectionSuccess(sockId: id))
            hear("40{\"sid\":\"\(id)\"}")
        }
    }
    func me(_ id: String = "me") -> User { User(userName: "Ward", roomId: "101", sockId: id) }
    static let li = User(userName: "Li", roomId: "101", sockId: "li")
    static let wu = User(userName: "Wu", roomId: "101", sockId: "wu")

    /// In the room with `others`.
    mutating func enter(callpoint: Bool = false, others: [User] = []) {
        greet("me", callpoint: callpoint)
        hear(.checkRoomSuccess(others))
        hear(.joinRoomSuccess(others + [me()]))
        forget()
    }
}

private let offer = SignallingAction.offer("v=0 offer", to: nil)

@Suite("The ancestor's traps")
struct TrapTests {
    @Test("on each connection the former self is cleared away before joining, and the new one remembered before")
    func ghosts() {
        let old = User(userName: "Ward", roomId: "7", sockId: "old")
        var rig = Rig(memory: SignallingMemory(lastSelf: old))
        rig.greet("me", callpoint: false)
        #expect(rig.said == [.userLeave(old), .checkRoom(rig.me())])
        #expect(rig.memory.lastSelf == rig.me())
        rig.forget()
        rig.lose()
        rig.wait(.seconds(1))
        rig.greet("me2", callpoint: false)
        #expect(rig.said == [.userLeave(rig.me()), .checkRoom(rig.me("me2"))])
    }

    @Test("a ghost of our name that nobody remembers is found in the full room, cleared away, and the room tried again")
    func forgottenGhost() {
        var rig = Rig()
        rig.greet("me", callpoint: false)
        rig.forget()
        rig.hear(.checkRoomSuccess([rig.me("ghost"), Rig.li]))
        #expect(rig.said == [.userLeave(rig.me("ghost")), .checkRoom(rig.me())])
        rig.hear(.checkRoomSuccess([Rig.li]))
        rig.hear(.joinRoomSuccess([Rig.li, rig.me()]))
        #expect(rig.events == [.joined([Rig.li])])
    }

    @Test("nothing about media is said while alone, and at once no more when the other leaves")
    func alone() {
        var rig = Rig()
        rig.enter()
        let media: [SignallingAction] = [
            offer, .answerDescription("v=0", to: nil), .candidate(SignalledCandidate(candidate: "c"), to: nil),
        ]
        for action in media { #expect(rig.act(action) == .droppedAlone) }
        #expect(rig.said.isEmpty)
        rig.hear(.joinRoomSuccess([rig.me(), Rig.li]))
        for action in media { #expect(rig.act(action) == .sent) }
        #expect(rig.said.count == 3)
        rig.hear(.userLeave([rig.me()]))
        rig.forget()
        for action in media { #expect(rig.act(action) == .droppedAlone) }
        rig.wait(.seconds(10))
        #expect(!rig.said.contains { if case .description = $0 { true } else { false } })
    }

    @Test("checkRoom is said once for a connection that is in the room")
    func once() {
        var rig = Rig()
        rig.enter(others: [Rig.li])
        rig.hear(.connectionSuccess(sockId: "other"))
        rig.hear(.checkRoomSuccess([]))
        rig.hear(.joinRoomSuccess([Rig.li, rig.me()]))
        rig.wait(.seconds(20))
        #expect(!rig.said.contains { if case .checkRoom = $0 { true } else { false } })
    }

    @Test("the offer is said again until answered; only the first answer is told")
    func offers() {
        var rig = Rig()
        rig.enter(others: [Rig.li])
        #expect(rig.act(offer) == .sent)
        for _ in 0..<3 { rig.wait(.seconds(2)) }
        #expect(rig.said.count == 4)
        #expect(Set(rig.said).count == 1, "the very same offer")
        let answer = ServerMessage.description(SignalledDescription(.answer, sdp: "v=0 answer"), from: nil)
        rig.hear(answer)
        rig.hear(answer)
        rig.wait(.seconds(2))
        #expect(rig.said.count == 4)
        #expect(rig.events == [.answer("v=0 answer", from: "li")])
    }

    @Test("an offer nobody answers is not said for ever")
    func unanswered() {
        var rig = Rig()
        rig.enter(others: [Rig.li])
        _ = rig.act(offer)
        for _ in 0..<60 {
            rig.wait(.seconds(2))
            if rig.now.nanoseconds % 10_000_000_000 == 0 { rig.hear("2") }
        }
        #expect(rig.said.count == 16)
    }

    @Test("hanging up, or the other's hanging up, ends the repetition", arguments: [true, false])
    func offerEnds(mine: Bool) {
        var rig = Rig()
        rig.enter(others: [Rig.li])
        _ = rig.act(offer)
        if mine { _ = rig.act(.hangUp(to: nil)) } else { rig.hear(.signal(CallSignal(.hangUp, user: Rig.li))) }
        rig.forget()
        rig.wait(.seconds(4))
        #expect(rig.said.isEmpty)
    }

    @Test("one's own words come back and are not told", arguments: CallSignal.Kind.allCases)
    func echoes(kind: CallSignal.Kind) {
        var rig = Rig()
        rig.enter(others: [Rig.li])
        rig.hear(.signal(CallSignal(kind, user: rig.me())))
        #expect(rig.events.isEmpty)
        rig.hear(.signal(CallSignal(kind, user: Rig.li, to: "wu")))
        #expect(rig.events.isEmpty, "meant for another")
        rig.hear(.signal(CallSignal(kind, user: Rig.li)))
        #expect(rig.events.count == 1)
    }

    @Test("a full room is reported and tried again, with longer and longer pauses")
    func full() {
        var rig = Rig()
        rig.greet("me", callpoint: false)
        rig.hear(.checkRoomSuccess([Rig.li, Rig.wu]))
        #expect(rig.events.last == .roomFull(retryIn: .seconds(2)))
        rig.forget()
        rig.wait(.seconds(2))
        #expect(rig.said == [.checkRoom(rig.me())])
        rig.hear(.checkRoomSuccess([Rig.li, Rig.wu]))
        #expect(rig.events.last == .roomFull(retryIn: .seconds(4)))
        rig.wait(.seconds(4))
        rig.hear(.checkRoomSuccess([Rig.li]))
        rig.hear(.joinRoomSuccess([Rig.li, rig.me()]))
        #expect(rig.events.last == .joined([Rig.li]))
    }

    @Test("generation 4 first, after HTTP 400 generation 3, and what worked is remembered")
    func generations() {
        var rig = Rig()
        #expect(rig.connects == [.v4])
        rig.machine.connectFailed(.status(400), now: rig.now)
        rig.drain()
        #expect(rig.connects == [.v4, .v3])
        #expect(rig.events.isEmpty)
        rig.machine.connected(now: rig.now)
        rig.hear("0{\"sid\":\"E\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000}")
        rig.hear("40")
        rig.hear(.connectionSuccess(sockId: "me"))
        #expect(rig.memory.engine == 3)
        #expect(Rig(memory: rig.memory).connects == [.v3])
        rig.wait(.seconds(25))
        #expect(rig.raw.last == "2", "generation 3's client pings")
    }

    @Test("both generations refused: a pause, then both again")
    func bothRefused() {
        var rig = Rig()
        for _ in 0..<2 { rig.machine.connectFailed(.status(400), now: rig.now) }
        rig.drain()
        #expect(rig.events == [.disconnected(reason: "the server answered 400")])
        rig.forget()
        rig.wait(.seconds(1))
        #expect(rig.connects.count == 1)
    }
}

@Suite("The signalling client's machine")
struct SignallingMachineTests {
    @Test("our server is known by its welcome, the ancestor by its silence, in either order of greeting")
    func kinds() {
        var ours = Rig()
        ours.greet("me", callpoint: true)
        #expect(ours.events == [.connected(server: .callpoint)])
        #expect(ours.raw.first == "40{\"name\":\"Ward\",\"place\":\"North\",\"role\":\"kiosk\"}")
        var ancestor = Rig()
        ancestor.greet("me", callpoint: false)
        #expect(ancestor.events == [.connected(server: .ancestor)])
    }

    @Test("over generation 3 hello is an event, and only for who understands it")
    func hello3() {
        var rig = Rig(memory: SignallingMemory(engine: 3))
        rig.machine.connected(now: rig.now)
        rig.hear("0{\"sid\":\"E\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000}")
        rig.hear("40")
        #expect(rig.said.isEmpty)
        rig.hear(.welcome(version: 1, maxUsers: 16))
        rig.hear(.connectionSuccess(sockId: "me"))
        #expect(rig.said == [.hello(Hello(role: .kiosk, name: "Ward", place: "North")), .checkRoom(rig.me())])
    }

    @Test("the pauses between attempts grow to thirty seconds, vary, and start again after a lasting connection")
    func backoff() {
        var rig = Rig(seed: 9)
        var pauses: [Double] = []
        for _ in 0..<8 {
            rig.machine.connectFailed(.unreachable("x"), now: rig.now)
            rig.drain()
            let pause = rig.machine.deadline - rig.now
            pauses.append(pause.seconds)
            rig.wait(pause)
        }
        for (pause, full) in zip(pauses, [1.0, 2, 4, 8, 16, 30, 30, 30]) {
            #expect(pause <= full)
            #expect(pause >= full * 0.49)
        }
        #expect(Set(pauses).count == 8)
        rig.enter()
        rig.wait(.seconds(11))
        rig.lose()
        #expect((rig.machine.deadline - rig.now).seconds <= 1)
    }

    @Test("a server that says nothing, or never lets us in, is given up")
    func handshakeTimeout() {
        var rig = Rig()
        rig.machine.connected(now: rig.now)
        rig.wait(.seconds(10))
        #expect(rig.events == [.disconnected(reason: "no answer from the server")])
        var second = Rig()
        second.greet("me", callpoint: false)
        second.wait(.seconds(10))
        #expect(second.events.last == .disconnected(reason: "no answer to joining the room"))
    }

    @Test("a server without connectionSuccess is still usable by the sid")
    func withoutGreeting() {
        var rig = Rig()
        rig.machine.connected(now: rig.now)
        rig.hear(Rig.open)
        rig.hear("40{\"sid\":\"S\"}")
        rig.wait(.seconds(3))
        #expect(rig.said == [.checkRoom(rig.me("S"))])
    }

    @Test("presence is kept offline, aged, and said on every connection to a server that knows it")
    func presence() {
        var rig = Rig()
        #expect(rig.act(.presence(KioskStatus(.idle, since: 1000))) == .kept)
        rig.now += .seconds(2)
        rig.greet("me", callpoint: true)
        #expect(rig.said.first == .state(KioskStatus(.idle, since: 3000)))
        rig.forget()
        #expect(rig.act(.presence(KioskStatus(.inCall, with: "Li"))) == .sent)
        #expect(rig.said == [.state(KioskStatus(.inCall, with: "Li", since: 0))])
        var ancestor = Rig()
        ancestor.enter()
        #expect(ancestor.act(.presence(KioskStatus(.idle))) == .kept)
        #expect(ancestor.said.isEmpty)
    }

    @Test(
        "offline: calls and media are dropped, the last hang-up is said when back, if not too late", arguments: [5, 40])
    func farewell(seconds: Int64) {
        var rig = Rig()
        rig.enter(callpoint: true, others: [Rig.li])
        rig.lose()
        #expect(rig.act(.call(to: nil)) == .droppedOffline)
        #expect(rig.act(offer) == .droppedOffline)
        #expect(rig.act(.hangUp(to: "li")) == .kept)
        rig.now += .seconds(seconds)
        rig.wait(.zero)
        rig.forget()
        rig.greet("me2", callpoint: true)
        rig.hear(.checkRoomSuccess([]))
        rig.hear(.joinRoomSuccess([rig.me("me2")]))
        rig.forget()
        let li2 = User(userName: "Li", roomId: "101", sockId: "li2")
        rig.hear(.joinRoomSuccess([rig.me("me2"), li2]))
        #expect(rig.said == (seconds < 30 ? [.signal(CallSignal(.hangUp, user: rig.me("me2")))] : []))
    }

    @Test("an open call is said to each newcomer, until it is answered or cancelled", arguments: [true, false])
    func openCall(answered: Bool) {
        var rig = Rig()
        rig.enter(callpoint: true)
        #expect(rig.act(.call(to: nil)) == .sent)
        rig.hear(.joinRoomSuccess([rig.me(), Rig.li]))
        #expect(rig.said.last == .signal(CallSignal(.call, user: rig.me(), to: "li")))
        if answered { rig.hear(.signal(CallSignal(.answer, user: Rig.li))) } else { _ = rig.act(.cancel(to: nil)) }
        rig.forget()
        rig.hear(.joinRoomSuccess([rig.me(), Rig.li, Rig.wu]))
        #expect(rig.said.isEmpty)
    }

    @Test("addresses go to our server only; who is not in the room is not addressed")
    func addressing() {
        var ours = Rig()
        ours.enter(callpoint: true, others: [Rig.li, Rig.wu])
        #expect(ours.act(.reject(to: "wu", reason: .busy)) == .sent)
        #expect(ours.said == [.signal(CallSignal(.reject, user: ours.me(), to: "wu", reason: .busy))])
        #expect(ours.act(.answer(to: "gone")) == .droppedAlone)
        var ancestor = Rig()
        ancestor.enter(others: [Rig.li])
        #expect(ancestor.act(.reject(to: "li", reason: .busy)) == .sent)
        #expect(ancestor.said == [.signal(CallSignal(.reject, user: ancestor.me()))])
        #expect(ancestor.act(.candidate(SignalledCandidate(candidate: ""), to: nil)) == .droppedUnsupported)
    }

    @Test("whoever removes us from the room is not removed in turn")
    func removed() {
        var rig = Rig()
        rig.enter(others: [Rig.li])
        rig.hear(.userLeave([Rig.li]))
        rig.forget()
        rig.wait(.seconds(2))
        #expect(rig.said == [.checkRoom(rig.me())])
        rig.hear(.checkRoomSuccess([rig.me("twin"), Rig.li]))
        #expect(rig.said.count == 1)
    }

    @Test("leaving for good says so and forgets")
    func stop() {
        var rig = Rig()
        rig.enter(others: [Rig.li])
        rig.machine.stop(now: rig.now)
        rig.drain()
        #expect(rig.said == [.userLeave(rig.me())])
        #expect(rig.raw.suffix(2) == ["41", "1"])
        #expect(rig.memory.lastSelf == nil)
        #expect(rig.machine.deadline == .distantFuture)
    }

    @Test("no sequence of a hostile server's messages traps, or makes the client speak of media while alone")
    func hostile() {
        var random = RandomSource(seed: 21)
        let users = [[], [Rig.li], [Rig.li, Rig.wu], [User(userName: "Ward", roomId: "101", sockId: "me")]]
        for round in 0..<2000 {
            var rig = Rig(seed: UInt64(round))
            var last: [User] = []
            for _ in 0..<40 {
                switch Int.random(in: 0..<14, using: &random) {
                case 0: rig.machine.connected(now: rig.now)
                case 1: rig.hear(Rig.open)
                case 2: rig.hear("40{\"sid\":\"me\"}")
                case 3: rig.hear(.connectionSuccess(sockId: "me"))
                case 4: rig.hear(.checkRoomSuccess(users.randomElement(using: &random) ?? []))
                case 5: rig.hear(.joinRoomSuccess((users.randomElement(using: &random) ?? []) + [rig.me()]))
                case 6: rig.hear(.userLeave(users.randomElement(using: &random) ?? []))
                case 7:
                    rig.hear(
                        .signal(
                            CallSignal(CallSignal.Kind.allCases.randomElement(using: &random) ?? .call, user: Rig.li)))
                case 8: rig.hear(.description(SignalledDescription(.answer, sdp: "v=0"), from: nil))
                case 9: rig.wait(.milliseconds(Int64.random(in: 0...5000, using: &random)))
                case 10: rig.lose()
                case 11:
                    rig.hear(
                        "4"
                            + String(
                                decoding: (0..<8).map { _ in UInt8.random(in: 32...126, using: &random) }, as: UTF8.self
                            ))
                case 12: rig.hear(.welcome(version: 1, maxUsers: Int64.random(in: .min ... .max, using: &random)))
                default: break
                }
                for case .joined(let others) in rig.events { last = others }
                for case .users(let others) in rig.events { last = others }
                for case .disconnected in rig.events { last = [] }
                rig.forget()
                let delivery = rig.act(offer)
                #expect(delivery != .sent || !last.isEmpty)
            }
        }
    }
}

@Suite("The signalling server's address")
struct SignallingURLTests {
    @Test("what is an address")
    func valid() {
        #expect(SignallingURL("http://127.0.0.1:8080")?.port == 8080)
        #expect(SignallingURL("HTTPS://clinic.example/")?.port == 443)
        #expect(SignallingURL("https://clinic.example/")?.isSecure == true)
        #expect(SignallingURL("http://[::1]:81")?.host == "::1")
        #expect(SignallingURL("http://[::1]:81")?.authority == "[::1]:81")
        #expect(SignallingURL("ws://a")?.authority == "a")
    }

    @Test(
        "what is none",
        arguments: [
            "", "http://", "ftp://a", "a:80", "http://a:", "http://a:0", "http://a:65536", "http://a/b", "http://a b",
            "http://[::1", "http://u@a", "http://:80", "http://a\r\nX: y",
        ])
    func invalid(text: String) {
        #expect(SignallingURL(text) == nil)
    }
}
