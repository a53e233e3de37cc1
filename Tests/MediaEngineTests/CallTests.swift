import LinuxIO
import MediaControl
import MediaEngine
import Primitives
import Testing
import VirtualDevices

@Suite(.serialized) struct CallTests {
    @Test func twoKiosksSeeAndHearEachOther() throws {
        let (boardA, boardB) = (try CountingBoard(tone: 440), try CountingBoard(tone: 620))
        let (a, b) = (try KioskEnd(.test, devices: boardA), try KioskEnd(.test, devices: boardB))
        try Call.greet(a, b)
        let call = Call(a, 1, b, 2)
        try call.openDevices()
        try call.start()
        let isUp = try call.run(for: .seconds(20)) { call in
            call.seen.caller.numbers.count > 40 && call.seen.callee.numbers.count > 40
        }
        #expect(isUp, "\(call.seen.caller.failures) \(call.seen.callee.failures)")
        for seen in [call.seen.caller, call.seen.callee] {
            #expect(seen.states.contains(.connected))
            #expect(seen.failures.isEmpty)
            // The counter in the picture goes up: it is a live picture and not one frame again and again.
            #expect(zip(seen.numbers, seen.numbers.dropFirst()).allSatisfy { $0 < $1 })
            #expect(seen.selfViews > 5)
        }
        // Sound has had its jitter buffer's time by now; the tone of each is what the other's speaker plays.
        let isHeard = try call.run(for: .seconds(10)) { _ in
            abs(boardA.board.speakerMeter.frequency - 620) < 25 && abs(boardB.board.speakerMeter.frequency - 440) < 25
        }
        #expect(isHeard, "\(boardA.board.speakerMeter.frequency) \(boardB.board.speakerMeter.frequency)")
        #expect(boardA.board.speakerMeter.level > -30)
        let (microphone, speaker) = try #require(call.seen.caller.levels.last)
        #expect(microphone > -20 && speaker > -30)

        #expect(call.seen.callee.brightness > 40)
        try a.send(.mute(microphone: true, camera: true))
        let isMuted = try call.run(for: .seconds(10)) { call in
            call.seen.callee.brightness < 20 && boardB.board.speakerMeter.level < -60
        }
        #expect(isMuted, "\(call.seen.callee.brightness) \(boardB.board.speakerMeter.level)")

        let statistics = try a.statistics(1)
        #expect((statistics["outbound-rtp/video/framesEncoded"] ?? 0) > 30)
        #expect((statistics["inbound-rtp/video/framesDecoded"] ?? 0) > 30)
        #expect((statistics["inbound-rtp/audio/jitterBufferEmittedCount"] ?? 0) > 960)
        #expect((statistics["inbound-rtp/audio/jitterBufferMinimumDelay"] ?? 0) > 0)
        for name in [
            "inbound-rtp/audio/insertedSamplesForDeceleration", "inbound-rtp/audio/removedSamplesForAcceleration",
            "inbound-rtp/audio/fecPacketsReceived", "inbound-rtp/audio/fecPacketsDiscarded",
            "outbound-rtp/audio/expectedLoss",
        ] { #expect(statistics[name] != nil, "\(name)") }
        #expect(statistics["inbound-rtp/video/frameWidth"] == 320)
        #expect((statistics["outbound-rtp/video/captureToSendFrames"] ?? 0) > 30)

        // The last session's end closes the devices at once.
        try a.send(.closePeer(peer: 1))
        try a.waitDevice(.camera, .closed, timeout: .seconds(1))
        #expect(try a.reads(until: { boardA.openDevices == 0 }, timeout: .seconds(1)))
        let isGone = try call.run(for: .seconds(5)) { $0.seen.callee.states.last == .closed }
        #expect(isGone, "the goodbye did not arrive: \(call.seen.callee.states)")
        #expect(boardB.openDevices == 3)
        b.end()
        #expect(boardB.openDevices == 0)
    }

    /// An order to restart ICE comes back as an offer, without which the other side would never hear of it.
    @Test(arguments: [true, false]) func restartOfICEIsOffered(byCallee: Bool) throws {
        let (a, b) = (try KioskEnd(.test, devices: CountingBoard()), try KioskEnd(.test, devices: CountingBoard()))
        try Call.greet(a, b)
        let call = Call(a, 1, b, 2)
        try call.openDevices()
        try call.start()
        let isUp = try call.run(for: .seconds(20)) { $0.seen.caller.pictures > 3 && $0.seen.callee.pictures > 3 }
        #expect(isUp, "\(call.seen.caller.failures) \(call.seen.callee.failures)")
        if byCallee { try b.send(.restartICE(peer: 2)) } else { try a.send(.restartICE(peer: 1)) }
        let isAgreed = try call.run(for: .seconds(10)) {
            $0.seen.caller.descriptions == 2 && $0.seen.callee.descriptions == 2
        }
        #expect(isAgreed, "\(call.seen.caller) \(call.seen.callee)")
        let before = (call.seen.caller.pictures, call.seen.callee.pictures)
        let flows = try call.run(for: .seconds(10)) {
            $0.seen.caller.pictures > before.0 + 10 && $0.seen.callee.pictures > before.1 + 10
        }
        #expect(flows && call.seen.caller.failures.isEmpty && call.seen.callee.failures.isEmpty)
    }

    @Test func severalPeersShareOneEncoder() throws {
        let boards = [try CountingBoard(), try CountingBoard(tone: 500), try CountingBoard(tone: 600)]
        let kiosk = try KioskEnd(.test, devices: boards[0])
        let others = [try KioskEnd(.test, devices: boards[1]), try KioskEnd(.test, devices: boards[2])]
        try Call.greet(kiosk, others[0], others[1])
        try kiosk.send(.openDevices(camera: true, microphone: true, speaker: true))
        for other in others { try other.send(.openDevices(camera: false, microphone: true, speaker: true)) }
        let first = Call(kiosk, 1, others[0], 1)
        try first.start()
        #expect(try first.run(for: .seconds(15)) { $0.seen.callee.numbers.count > 5 })
        let second = Call(kiosk, 2, others[1], 1)
        try second.start()
        #expect(try second.run(for: .seconds(15)) { $0.seen.callee.numbers.count > 30 })
        #expect(try first.run(for: .seconds(5)) { $0.seen.callee.numbers.count > 30 })
        let statistics = try kiosk.statistics(1)
        let encoded = try #require(statistics["outbound-rtp/video/framesEncoded"])
        let captured = try #require(statistics["media-source/video/frames"])
        let sent = try #require(kiosk.statistics(2)["outbound-rtp/video/framesSent"])
        #expect(sent > 20 && encoded < captured * 1.1, "\(sent) frames to each, \(encoded) encoded of \(captured)")
    }

    @Test func aKioskIsReplacedInTheCall() throws {
        let (boardA, boardB) = (try CountingBoard(), try CountingBoard())
        let b = try KioskEnd(.test, devices: boardB)
        try Call.greet(b)
        for round in 1...2 {
            let a = try KioskEnd(.test, devices: boardA)
            try Call.greet(a)
            let call = Call(a, 1, b, PeerNumber(round))
            try call.openDevices()
            try call.start()
            #expect(
                try call.run(for: .seconds(15)) { $0.seen.callee.numbers.count > 5 && $0.seen.caller.numbers.count > 5 }
            )
            a.end()
            #expect(boardA.openDevices == 0)
            try b.send(.closePeer(peer: PeerNumber(round)))
        }
    }
}
