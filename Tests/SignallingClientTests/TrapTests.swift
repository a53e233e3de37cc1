import Primitives
import SignallingClient
import SignallingMessages
import SocketIO
import Testing

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
