import Primitives
import SignallingClient
import SignallingMessages
import SocketIO
import Testing

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
