import LinuxIO
import MediaControl
import MediaEngine
import Primitives
import Testing
import VirtualDevices

/// A call goes on without its camera: the other side sees a drawn picture within a second, and the camera's again when it
/// is back.
@Suite(.serialized) struct NoCameraTests {
    private struct Scene {
        let board: MoodyBoard
        let call: Call

        init(_ mood: MoodyBoard.Mood = .works(width: 320, height: 240), bitrate: Int = 600_000) throws {
            board = try MoodyBoard(mood)
            var configuration = MediaEngineConfiguration.test
            configuration.videoBitrate = bitrate
            let a = try KioskEnd(configuration, devices: board)
            let b = try KioskEnd(.test, devices: try CountingBoard())
            try Call.greet(a, b)
            call = Call(a, 1, b, 2)
            try call.openDevices()
            try call.start()
        }

        /// The time until the callee sees the drawn picture.
        func timeToNoCamera() throws -> Interval? {
            let start = MonotonicClock.now()
            return try call.run(for: .seconds(5)) { $0.seen.callee.showsNoCamera } ? MonotonicClock.now() - start : nil
        }

        /// The time until the callee sees `count` more of the camera's own pictures.
        func timeToPictures(_ count: Int = 1) throws -> Interval? {
            let start = MonotonicClock.now()
            let seen = call.seen.callee.numbers.count
            return try call.run(for: .seconds(10)) { $0.seen.callee.numbers.count >= seen + count }
                ? MonotonicClock.now() - start : nil
        }
    }

    @Test(arguments: [MoodyBoard.Mood.absent, .fails, .silent, .hangs])
    func theCallGoesOnWithoutTheCamera(mood: MoodyBoard.Mood) throws {
        let scene = try Scene()
        #expect(try scene.call.run(for: .seconds(20)) { $0.seen.callee.numbers.count > 20 })
        let before = try scene.call.caller.statistics(1)
        let offers = scene.call.seen.caller.descriptions
        scene.board.mood = mood
        let time = try #require(try scene.timeToNoCamera())
        // What fails is known at once, silence after 0.8 s; then come encoding, network and the other side's decoder.
        let isKnown = mood == .absent || mood == .fails
        #expect(time < .milliseconds(isKnown ? 600 : 1_300), "\(time.milliseconds) ms")
        try scene.call.run(for: .seconds(2))
        if mood != .hangs {
            let last = scene.call.caller.lastCameraState
            #expect(last == .failed, "\(String(describing: last)) while the drawn picture is shown")
        }
        #expect(scene.board.openings.count <= 5, "\(scene.board.openings.count) openings: it spins")
        let meanwhile = try scene.call.caller.statistics(1)
        let shown = (meanwhile["media-source/video/noCameraPictures"] ?? 0)
        #expect((5...20).contains(shown), "\(shown) drawn pictures in about two seconds")

        scene.board.mood = .works(width: 320, height: 240)
        let back = try #require(try scene.timeToPictures())
        #expect(back < .seconds(3), "\(back.milliseconds) ms")
        let after = try scene.call.caller.statistics(1)
        func keyFrames(_ values: [String: Double]) -> Double { values["outbound-rtp/video/keyFramesEncoded"] ?? 0 }
        #expect(keyFrames(after) > keyFrames(meanwhile) && keyFrames(before) > 0)
        #expect(scene.call.caller.lastCameraState == .open)
        // Nothing was agreed on anew.
        #expect(scene.call.seen.caller.descriptions == offers)
        #expect(!scene.call.seen.callee.states.contains(.failed) && scene.call.seen.callee.failures.isEmpty)
    }

    @Test func aCallBegunWithoutACameraShowsSo() throws {
        let scene = try Scene(.absent)
        #expect(try scene.timeToNoCamera() != nil)
        #expect(scene.call.seen.callee.numbers.isEmpty)
        scene.board.mood = .works(width: 320, height: 240)
        let back = try #require(try scene.timeToPictures())
        #expect(back < .seconds(3), "\(back.milliseconds) ms")
    }

    @Test func aCameraThatReturnsWithAnotherSizeIsSeen() throws {
        let scene = try Scene()
        #expect(try scene.call.run(for: .seconds(20)) { $0.seen.callee.numbers.count > 20 })
        scene.board.mood = .absent
        #expect(try scene.timeToNoCamera() != nil)
        scene.board.mood = .works(width: 640, height: 360)
        let back = try #require(try scene.timeToPictures(10))
        #expect(back < .seconds(5), "\(back.milliseconds) ms")
        #expect(try scene.call.callee.statistics(2)["inbound-rtp/video/frameWidth"] == 640)
    }

    /// A camera may give larger pictures than it was asked for; a narrow path then has them made smaller.
    @Test func picturesLargerThanAskedForAreMadeSmaller() throws {
        let scene = try Scene(.works(width: 1280, height: 720), bitrate: 100_000)
        func width(_ call: Call) throws -> Double {
            try call.callee.statistics(2)["inbound-rtp/video/frameWidth"] ?? .infinity
        }
        #expect(try scene.call.run(for: .seconds(30)) { try $0.seen.callee.pictures > 0 && width($0) < 1280 })
        let seen = scene.call.seen.callee.pictures
        #expect(try scene.call.run(for: .seconds(10)) { $0.seen.callee.pictures >= seen + 20 })
        #expect(try scene.call.caller.statistics(1)["outbound-rtp/video/encodeFailures"] == 0)
    }

    @Test func aCutCameraIsSaidToBeNone() throws {
        let scene = try Scene()
        #expect(try scene.call.run(for: .seconds(20)) { $0.seen.callee.numbers.count > 20 })
        let before = try scene.call.caller.statistics(1)["outbound-rtp/video/keyFramesEncoded"] ?? 0
        try scene.call.caller.send(.privacy(true))
        #expect(try scene.timeToNoCamera() != nil)
        try scene.call.run(for: .seconds(2))
        let after = try scene.call.caller.statistics(1)["outbound-rtp/video/keyFramesEncoded"] ?? 0
        #expect(after - before <= 2, "the drawn picture does not change, and is no key frame each time")
        #expect(scene.board.openCameras.current == 0)
        try scene.call.caller.send(.privacy(false))
        #expect(try scene.timeToPictures() != nil)
    }

    @Test func theDrawnPictureKeepsTheMute() throws {
        let scene = try Scene(.absent)
        #expect(try scene.timeToNoCamera() != nil)
        try scene.call.caller.send(.mute(microphone: false, camera: true))
        #expect(
            try scene.call.run(for: .seconds(5)) { $0.seen.callee.brightness < 20 && !$0.seen.callee.showsNoCamera })
    }
}

extension KioskEnd {
    var lastCameraState: DeviceState? {
        for event in events.reversed() {
            if case .deviceState(.camera, let state, _) = event { return state }
        }
        return nil
    }
}
