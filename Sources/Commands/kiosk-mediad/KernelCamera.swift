import Devices
import Primitives
import Synchronization
import V4L2Camera

/// Opens the board's real camera, and says what of its controls it does not do.
enum KernelCamera {
    private static let told = Mutex<[String]>([])

    static func open(
        _ configuration: CameraConfiguration, frames: BufferPool
    ) throws(DeviceError) -> any VideoSource {
        let camera = try V4L2Camera(configuration, frames: frames)
        // Once is enough: a camera is opened for every call, and every second while it is broken.
        let isNew = told.withLock { told in
            defer { told = camera.warnings }
            return told != camera.warnings
        }
        if isNew { for warning in camera.warnings { MediaDaemon.write("kiosk-mediad: camera: \(warning)") } }
        return camera
    }
}
