import LinuxIO
import MediaControl
import MediaEngine
import Primitives
import Testing
import VirtualDevices

@Suite(.serialized) struct DeviceTests {
    @Test func nothingIsOpenUnasked() throws {
        let board = try CountingBoard()
        let kiosk = try KioskEnd(.test, devices: board)
        try Call.greet(kiosk)
        try kiosk.send(.openPeer(peer: 1, role: .offer, previous: []))
        try kiosk.send(.createOffer(peer: 1))
        try kiosk.wait("an offer") { event in
            if case .localDescription(1, .offer, let sdp) = event { sdp.contains("m=video") ? true : nil } else { nil }
        }
        #expect(board.openings.count == 0)
    }

    @Test func devicesFollowTheCommands() throws {
        let board = try CountingBoard()
        let kiosk = try KioskEnd(.test, devices: board)
        try Call.greet(kiosk)
        try kiosk.send(.openDevices(camera: true, microphone: false, speaker: false))
        try kiosk.waitDevice(.camera, .open)
        #expect(board.openCameras.current == 1 && board.openMicrophones.current == 0)
        try kiosk.wait("a self-view") { event in if case .localFrame = event { true } else { nil } }
        try kiosk.send(.openDevices(camera: false, microphone: true, speaker: true))
        try kiosk.waitDevice(.camera, .closed)
        #expect(board.openCameras.current == 0)
        try kiosk.wait("a level") { event in
            if case .levels(let microphone, _) = event { microphone > -20 ? true : nil } else { nil }
        }
        try kiosk.send(.mute(microphone: true, camera: false))
        try kiosk.wait("silence") { event in
            if case .levels(let microphone, _) = event { microphone < -100 ? true : nil } else { nil }
        }
        try kiosk.send(.closeDevices)
        try kiosk.waitDevice(.microphone, .closed)
        #expect(try kiosk.reads(until: { board.openDevices == 0 }, timeout: .seconds(1)))
    }

    @Test func thePrivacySwitchCutsWhateverIsAskedFor() throws {
        let board = try CountingBoard()
        var configuration = MediaEngineConfiguration.test
        configuration.startsCut = true
        let kiosk = try KioskEnd(configuration, devices: board)
        try Call.greet(kiosk)
        // Nobody has said yet how the switch stands.
        try kiosk.send(.openDevices(camera: true, microphone: true, speaker: true))
        try kiosk.waitDevice(.speaker, .open)
        #expect(board.openings.count == 1)
        try kiosk.send(.privacy(false))
        try kiosk.waitDevice(.camera, .open)
        #expect(try kiosk.reads(until: { board.openDevices == 3 }, timeout: .seconds(2)))
        let start = MonotonicClock.now()
        try kiosk.send(.privacy(true))
        #expect(try kiosk.reads(until: { board.openDevices == 1 }, timeout: .seconds(2)))
        #expect(MonotonicClock.now() - start < .milliseconds(500))
        #expect(board.openSpeakers.current == 1)
        let openings = board.openings.count
        // Asking again does not help.
        try kiosk.send(.closeDevices)
        try kiosk.send(.openDevices(camera: true, microphone: true, speaker: true))
        try kiosk.read(for: .milliseconds(300))
        #expect(board.openCameras.current == 0 && board.openMicrophones.current == 0)
        #expect(board.openings.count <= openings + 1)
    }

    @Test func aFrozenKioskdLosesItsDevices() throws {
        let board = try CountingBoard()
        let kiosk = try KioskEnd(.test, devices: board)
        try Call.greet(kiosk)
        try kiosk.send(.ping(number: 1))
        try kiosk.send(.openDevices(camera: true, microphone: true, speaker: true))
        #expect(try kiosk.reads(until: { board.openDevices == 3 }, timeout: .seconds(2)))
        // Pictures are still given back, as by a kioskd of which one thread lives on.
        let start = MonotonicClock.now()
        #expect(try kiosk.reads(until: { board.openDevices == 0 }, timeout: .seconds(6)))
        let silence = MonotonicClock.now() - start
        #expect(silence > .milliseconds(2_400) && silence < .milliseconds(4_500), "\(silence)")
    }

    @Test func theEndOfTheSocketClosesTheDevices() throws {
        let board = try CountingBoard()
        let kiosk = try KioskEnd(.test, devices: board)
        try Call.greet(kiosk)
        try kiosk.send(.openDevices(camera: true, microphone: true, speaker: true))
        for device in DeviceKind.allCases {
            guard !kiosk.events.contains(where: { if case .deviceState(device, .open, _) = $0 { true } else { false } })
            else { continue }
            try kiosk.waitDevice(device, .open)
        }
        #expect(board.openDevices == 3)
        let start = MonotonicClock.now()
        kiosk.end()
        #expect(board.openDevices == 0)
        #expect(MonotonicClock.now() - start < .seconds(1))
    }

    @Test func aBrokenDeviceIsToldAndTriedAgain() throws {
        let kiosk = try KioskEnd(.test, devices: BrokenBoard())
        try Call.greet(kiosk)
        try kiosk.send(.openDevices(camera: true, microphone: true, speaker: true))
        var failures = 0
        try kiosk.wait("the second failure") { event -> Bool? in
            guard case .deviceState(.camera, .failed, let detail) = event else { return nil }
            #expect(detail == "/dev/video0 is not there")
            failures += 1
            return failures == 2 ? true : nil
        }
        try kiosk.send(.closeDevices)
        try kiosk.waitDevice(.camera, .closed)
    }

    @Test func aToneOpensTheSpeakerAloneAndEnds() throws {
        let board = try CountingBoard()
        let kiosk = try KioskEnd(.test, devices: board)
        try Call.greet(kiosk)
        var melodies: Set<Int> = []
        for tone in [Tone.connected, .ended, .refused] {
            try kiosk.send(.playTone(tone, repeating: false))
            try kiosk.waitDevice(.speaker, .open)
            var loudest: Float = -127
            var beats = 0
            try kiosk.wait("the end of \(tone)") { event -> Bool? in
                switch event {
                case .levels(_, let speaker):
                    loudest = max(loudest, speaker)
                    beats += 1
                    return nil
                case .deviceState(.speaker, .closed, _): return true
                default: return nil
                }
            }
            #expect(loudest > -30, "\(tone) is to be heard")
            melodies.insert(beats)
        }
        #expect(board.openCameras.current == 0 && board.openMicrophones.current == 0 && board.openings.count == 3)
        try kiosk.send(.playTone(.ringIn, repeating: true))
        try kiosk.waitDevice(.speaker, .open)
        try kiosk.read(for: .milliseconds(300))
        try kiosk.send(.stopTone)
        try kiosk.waitDevice(.speaker, .closed, timeout: .seconds(2))
    }
}
