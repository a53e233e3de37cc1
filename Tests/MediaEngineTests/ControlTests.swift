import LinuxIO
import MediaControl
import MediaEngine
import Primitives
import Testing

@Suite(.serialized) struct ControlTests {
    @Test func helloAndMemoryComeFirst() throws {
        let kiosk = try KioskEnd(.test, devices: try CountingBoard())
        guard case .hello(MediaControl.version, let pools) = try kiosk.next() else {
            Issue.record("hello is missing")
            return
        }
        #expect(pools.map(\.name) == ["packets", "capture", "outgoing", "incoming"])
        guard case .frameMemory(let layout) = try kiosk.next() else {
            Issue.record("the memory is missing")
            return
        }
        #expect(layout.slots == 6 && kiosk.memory?.bytes.count == layout.size)
        try Call.greet(kiosk)
        try kiosk.send(.ping(number: 7))
        try kiosk.wait("pong") { event -> Bool? in
            guard case .pong(7, let heartbeats) = event else { return nil }
            return heartbeats.contains { $0.thread == .control } ? true : nil
        }
    }

    @Test func anotherVersionIsToldAndTheEnd() throws {
        let kiosk = try KioskEnd(.test, devices: try CountingBoard())
        try kiosk.send(.hello(version: MediaControl.version + 1))
        try kiosk.wait("a failure") { event in
            if case .failure(nil, .version, _) = event { true } else { nil }
        }
        kiosk.end()
    }

    @Test func nonsenseIsToldAndHarmless() throws {
        let kiosk = try KioskEnd(.test, devices: try CountingBoard())
        try Call.greet(kiosk)
        try kiosk.socket.send([UInt8](repeating: 200, count: 40).span.bytes)
        try kiosk.wait("a failure") { event in if case .failure(nil, .command, _) = event { true } else { nil } }
        for slot: UInt32 in [0, 1, 5, 6, 63, 64, .max] { try kiosk.send(.releaseFrame(slot: slot)) }
        try kiosk.send(.createOffer(peer: 9))
        try kiosk.wait("a failure") { event in if case .failure(9, .unknownPeer, _) = event { true } else { nil } }
        try kiosk.send(.openPeer(peer: 1, role: .answer, previous: []))
        try kiosk.send(.remoteOffer(peer: 1, sdp: "v=0\r\nnonsense"))
        try kiosk.wait("a refusal") { event in if case .failure(1, .negotiation, _) = event { true } else { nil } }
        for peer: PeerNumber in 2...5 { try kiosk.send(.openPeer(peer: peer, role: .offer, previous: [])) }
        try kiosk.wait("a refusal") { event in if case .failure(5, .tooManyPeers, _) = event { true } else { nil } }
        try kiosk.send(.ping(number: 1))
        try kiosk.wait("pong") { event in if case .pong(1, _) = event { true } else { nil } }
    }

    /// A kioskd that takes pictures and never gives them back has as many as there are slots, and nothing stops.
    @Test func picturesThatAreNotGivenBackRunOut() throws {
        let kiosk = try KioskEnd(.test, devices: try CountingBoard())
        try Call.greet(kiosk)
        kiosk.releases = false
        try kiosk.send(.openDevices(camera: true, microphone: false, speaker: false))
        try kiosk.read(for: .milliseconds(1_500))
        var slots: [UInt32] = kiosk.events.compactMap(\.slot)
        #expect(slots.count == 6 && Set(slots).count == 6)
        // Twice the same one, and one that was never lent.
        for slot in [slots[0], slots[0], 60] { try kiosk.send(.releaseFrame(slot: slot)) }
        try kiosk.read(for: .milliseconds(500))
        slots = kiosk.events.compactMap(\.slot)
        #expect(slots.count == 7 && slots[6] == slots[0])
    }

    /// With none, one, two … slots in each pool there is no call, or a poor one, but no trap and an orderly end.
    @Test(arguments: 0...3) func starvedPools(slots: Int) throws {
        for pool in 0..<4 {
            var configuration = MediaEngineConfiguration.test
            switch pool {
            case 0: configuration.packetSlots = slots
            case 1: configuration.captureSlots = slots
            case 2: configuration.encodedSlots = slots
            default: configuration.pictureSlots = slots
            }
            let (a, b) = (
                try KioskEnd(configuration, devices: try CountingBoard()),
                try KioskEnd(.test, devices: try CountingBoard())
            )
            try Call.greet(a, b)
            let call = Call(a, 1, b, 1)
            try call.openDevices()
            try call.start()
            try call.run(for: .milliseconds(700))
            try a.send(.ping(number: 3))
            try a.wait("pong") { event in if case .pong(3, _) = event { true } else { nil } }
        }
    }

    @Test func impossibleSizesAreToldAtStart() {
        var configuration = MediaEngineConfiguration()
        #expect(configuration.fault() == nil)
        configuration.packetSlots = 3
        #expect(configuration.fault()?.contains("pools.packets is 3") == true)
        configuration = MediaEngineConfiguration()
        configuration.pictureSlots = 65
        #expect(configuration.fault()?.contains("decodedFrames") == true)
        configuration = MediaEngineConfiguration()
        configuration.encodedSlots = 1_024
        configuration.encodedSize = 8_388_608
        #expect(configuration.fault()?.contains("MiB") == true)
        configuration.encodedSize = .max
        #expect(configuration.fault() != nil)
    }
}
