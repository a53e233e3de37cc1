import ArgumentParser
import Devices
import KioskConfiguration
import LinuxIO
import Primitives
import V4L2Camera

/// Which camera a command means: one by name, or the board file's.
struct CameraOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Instead of the board file's, as `kioskctl devices` lists it; or auto.", valueName: "name"))
    var camera: String?

    /// - Parameter board: read only if no camera is named.
    func configuration(_ board: BoardOptions) throws -> CameraConfiguration {
        if let camera {
            return CameraConfiguration(
                name: camera, wanted: VideoFormat(width: 640, height: 480, framesPerSecond: 30))
        }
        let board = try board.read().camera
        guard case .v4l2(let name) = board.source else {
            throw ValidationError("the board file has a virtual camera; name a real one with --camera")
        }
        return CameraConfiguration(
            name: name,
            wanted: VideoFormat(width: board.width, height: board.height, framesPerSecond: board.rate),
            controls: board.controls)
    }
}

extension CameraConfiguration {
    /// Opens the camera, which films until it is given up.
    func open() throws(DeviceError) -> V4L2Camera<KernelVideoDriver> {
        let frames = BufferPool(slotCount: 3, slotSize: wanted.frameSize)
        return try V4L2Camera(self, frames: frames)
    }
}

extension DeviceError {
    /// Whether there is nothing that could be tried, or not now.
    var saysNoDevice: Bool {
        switch self {
        case .notFound, .busy: true
        default: false
        }
    }

    /// A sentence for an installer, with what to try.
    func advice(_ device: String) -> String {
        let words = words { SystemError(errno: $0, operation: $1).description }
        switch self {
        case .notFound: return "\(words). Is it plugged in? `kioskctl devices` lists what is there."
        case .busy: return "\(words). A call has it as long as it goes on; `kioskctl status` says so."
        case .failed(let number, _) where number == 13: return "\(words). Try it as root, or in the group 'video'."
        case .stalled, .unplugged: return "\(words). Try another socket and another cable."
        default: return "\(words)."
        }
    }
}
