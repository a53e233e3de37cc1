import Devices
import Glibc
import LinuxIO
import Primitives
import Testing
import V4L2Camera

/// The device that CALLPOINT_V4L2 names, a path or a name as the board file has it, and the pictures wanted of it:
/// CALLPOINT_V4L2_SIZE, `640x480@30` if it is not there.
private enum RealCamera {
    static let name = getenv("CALLPOINT_V4L2").map { String(cString: $0) }

    static var wanted: VideoFormat {
        let text = getenv("CALLPOINT_V4L2_SIZE").map { String(cString: $0) } ?? "640x480@30"
        let numbers = text.split { !$0.isNumber }.compactMap { Int($0) }
        guard numbers.count == 3 else { return VideoFormat(width: 640, height: 480, framesPerSecond: 30) }
        return VideoFormat(width: numbers[0], height: numbers[1], framesPerSecond: numbers[2])
    }
}

/// The conformance suite on a real device.
@Suite(.serialized, .enabled(if: RealCamera.name != nil)) struct RealCameraTests {
    private func open(_ frames: BufferPool) throws(DeviceError) -> V4L2Camera<KernelVideoDriver> {
        try V4L2Camera(CameraConfiguration(name: RealCamera.name ?? "", wanted: RealCamera.wanted), frames: frames)
    }

    @Test func itConforms() throws {
        try VideoConformance(
            open: { frames throws(DeviceError) in try open(frames) }, slotSize: RealCamera.wanted.frameSize
        ).check()
    }

    @Test func itDeliversWhatWasAgreedOn() throws {
        let camera = try open(BufferPool(slotCount: 3, slotSize: RealCamera.wanted.frameSize))
        #expect(camera.format.width == RealCamera.wanted.width && camera.format.height == RealCamera.wanted.height)
        var trial = CameraTrial()
        let end = MonotonicClock.now() + .seconds(4)
        while MonotonicClock.now() < end {
            if let frame = try camera.next(until: end) { trial.take(frame) }
        }
        #expect(trial.findings(agreed: camera.format).isEmpty)
    }

    @Test func itIsListedUnderANameThatOpensIt() throws {
        let listed = V4L2Camera.list()
        #expect(!listed.isEmpty)
        for camera in listed {
            let configuration = CameraConfiguration(name: camera.name, wanted: RealCamera.wanted)
            #expect(throws: Never.self) {
                let opened = try V4L2Camera(
                    configuration, frames: BufferPool(slotCount: 3, slotSize: RealCamera.wanted.frameSize))
                #expect(try opened.next(until: MonotonicClock.now() + .seconds(3)) != nil)
            }
        }
    }

    @Test func whoComesSecondIsToldThatItIsBusy() throws {
        let frames = BufferPool(slotCount: 3, slotSize: RealCamera.wanted.frameSize)
        let first = try open(frames)
        #expect(throws: DeviceError.busy(RealCamera.name ?? "")) { _ = try open(frames) }
        #expect(try first.next(until: MonotonicClock.now() + .seconds(3)) != nil)
    }
}
