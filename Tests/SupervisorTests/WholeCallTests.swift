import CallControl
import FrontPanel
import MediaControl
import Primitives
import SignallingClient
import SignallingMessages
import Supervisor
import Testing

@Suite struct WholeCallTests {
    @Test func aCallIsAnsweredByItselfAndHungUpThere() async throws {
        let bench = try Bench()
        try await bench.run {
            bench.signalling.emit(.incomingCall(Bench.doctor))
            try await bench.until("it rings") { await bench.phase().word == "ringingIn" }
            #expect(bench.media.commands == [.playTone(.ringIn, repeating: true)])
            #expect(bench.panel.light("call") == .blinking)
            #expect(bench.panel.light("camera") == .off)
            bench.clock.advance(.milliseconds(2_999))
            for _ in 0..<200 { await Task.yield() }
            #expect(await bench.phase().word == "ringingIn")
            #expect(!bench.media.commands.contains(.openDevices(camera: true, microphone: true, speaker: true)))
            bench.clock.advance(.milliseconds(1))
            try await bench.until("it answers") { bench.signalling.actions == [.answer(to: "d1")] }
            bench.signalling.emit(.offer(InProcessMedia.sdp, from: "d1"))
            bench.signalling.emit(.candidate(SignalledCandidate(candidate: "candidate:page"), from: "d1"))
            try await bench.until("media flow") { await bench.phase().word == "inCall" }
            try await bench.until("the camera's light") { bench.panel.light("camera") == .on }
            try await bench.until("answer and candidate are sent") { bench.signalling.actions.count == 3 }
            #expect(bench.signalling.actions[1] == .answerDescription(InProcessMedia.sdp, to: "d1"))
            #expect(
                bench.media.commands.contains(
                    .remoteCandidate(peer: 1, candidate: "candidate:page", mid: nil, mLineIndex: nil)))
            bench.signalling.emit(.hungUp(Bench.doctor))
            try await bench.until("it is over") { await bench.phase().word == "ended" }
            try await bench.until("the camera's light is off") { bench.panel.light("camera") == .off }
            #expect(bench.media.commands.contains(.closePeer(peer: 1)))
            bench.clock.advance(.seconds(5))
            try await bench.until("idle") { await bench.phase() == .idle }
            #expect(bench.signalling.actions.count == 3)
        }
        #expect(bench.signalling.presence.first == "idle")
        #expect(bench.signalling.presence.contains("inCall"))
        #expect(bench.signalling.presence.last == "idle")
    }

    @Test func theButtonCallsTheClinicAndEndsTheCall() async throws {
        let bench = try Bench()
        try await bench.run {
            bench.panel.emit(.pressed(button: "call"))
            bench.panel.emit(.released(button: "call"))
            try await bench.until("it calls") { bench.signalling.actions == [.call(to: nil)] }
            bench.signalling.emit(.answered(Bench.doctor))
            try await bench.until("it offers") { bench.signalling.actions.count == 2 }
            #expect(bench.signalling.actions[1] == .offer(InProcessMedia.sdp, to: "d1"))
            bench.signalling.emit(.answer(InProcessMedia.sdp, from: "d1"))
            try await bench.until("media flow") { await bench.phase().word == "inCall" }
            // Held back until the page has the description they belong to.
            try await bench.until("candidates follow") { bench.signalling.actions.count == 3 }
            bench.panel.emit(.pressed(button: "call"))
            try await bench.until("it hangs up") { bench.signalling.actions.last == .hangUp(to: "d1") }
            #expect(bench.media.commands.suffix(4).contains(.closeDevices))
        }
    }

    @Test func aLongPressRefusesAndAShortOneAnswersAtOnce() async throws {
        let bench = try Bench()
        try await bench.run {
            bench.signalling.emit(.incomingCall(Bench.doctor))
            try await bench.until("it rings") { await bench.phase().word == "ringingIn" }
            bench.panel.emit(.pressed(button: "call"))
            for _ in 0..<200 { await Task.yield() }
            #expect(await bench.phase().word == "ringingIn")
            bench.clock.advance(.milliseconds(800))
            try await bench.until("refused") { bench.signalling.actions == [.reject(to: "d1", reason: .refused)] }
            bench.panel.emit(.released(button: "call"))
            bench.clock.advance(.seconds(5))
            try await bench.until("idle") { await bench.phase() == .idle }
            bench.signalling.emit(.incomingCall(Bench.doctor))
            try await bench.until("it rings again") { await bench.phase().word == "ringingIn" }
            bench.panel.emit(.pressed(button: "call"))
            bench.panel.emit(.released(button: "call"))
            try await bench.until("answered") { bench.signalling.actions.last == .answer(to: "d1") }
            #expect(!bench.media.commands.contains(.createOffer(peer: 1)))
        }
    }

    @Test func aSecondCallerIsToldBusy() async throws {
        let bench = try Bench()
        try await bench.run {
            try await bench.call()
            bench.signalling.emit(.users([Bench.doctor, Bench.nurse]))
            bench.signalling.emit(.incomingCall(Bench.nurse))
            try await bench.until("busy") {
                bench.signalling.actions.contains(.reject(to: "n1", reason: .busy))
            }
            #expect(await bench.phase().word == "inCall")
        }
    }

    @Test func aMediaProcessThatDiesIsReplacedInTheCall() async throws {
        let bench = try Bench()
        try await bench.run {
            try await bench.call()
            bench.media.emit(.lost(reason: "signal 9"))
            try await bench.until("reconnecting") { await bench.phase().word == "reconnecting" }
            #expect(bench.panel.light("camera") == .off)
            bench.media.emit(.started([]))
            try await bench.until("it offers") { bench.signalling.actions.last == .offer(InProcessMedia.sdp, to: "d1") }
            let sections = [MediaSection(mid: "0", kind: .audio), MediaSection(mid: "1", kind: .video)]
            #expect(bench.media.commands.contains(.openPeer(peer: 2, role: .offer, previous: sections)))
            bench.signalling.emit(.answer(InProcessMedia.sdp, from: "d1"))
            try await bench.until("back") { await bench.phase().word == "inCall" }
            try await bench.until("the camera's light") { bench.panel.light("camera") == .on }
        }
    }

    @Test func theServerMayGoAndComeInACall() async throws {
        let bench = try Bench()
        try await bench.run {
            try await bench.call()
            bench.signalling.emit(.disconnected(reason: "killed"))
            try await bench.until("offline") { await bench.supervisor.state.offlineSince != nil }
            #expect(await bench.phase().word == "inCall")
            bench.signalling.emit(.joined([User(userName: "Doctor", roomId: "101", sockId: "d2")]))
            try await bench.until("online") { await bench.supervisor.state.offlineSince == nil }
            #expect(await bench.phase().word == "inCall")
            bench.panel.emit(.pressed(button: "call"))
            try await bench.until("hung up") { bench.signalling.actions.last == .hangUp(to: "d2") }
        }
    }

    @Test func aPageThatIsLoadedAnewIsTakenBackWithoutAChime() async throws {
        let bench = try Bench()
        try await bench.run {
            try await bench.call()
            let chimes = bench.media.commands.filter { $0 == .playTone(.ringIn, repeating: true) }.count
            bench.signalling.emit(.users([]))
            let back = User(userName: "Doctor", roomId: "101", sockId: "d2")
            bench.signalling.emit(.users([back]))
            bench.signalling.emit(.incomingCall(back))
            try await bench.until("answered") { bench.signalling.actions.last == .answer(to: "d2") }
            bench.signalling.emit(.offer(InProcessMedia.sdp, from: "d2"))
            try await bench.until("back") { await bench.phase().word == "inCall" }
            #expect(bench.media.commands.filter { $0 == .playTone(.ringIn, repeating: true) }.count == chimes)
        }
    }

    @Test func endingClosesEverything() async throws {
        let bench = try Bench()
        try await bench.run { try await bench.call() }
        #expect(bench.signalling.actions.last == .hangUp(to: "d1"))
        #expect(bench.media.commands.contains(.closeDevices))
        #expect(bench.media.commands.contains(.closePeer(peer: 1)))
    }
}
