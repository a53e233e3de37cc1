import ArgumentParser
import Devices
import KioskConfiguration
import LinuxIO
import LocalControl
import Primitives
import V4L2Camera

/// `kioskctl snapshot`: one picture of the camera's into a file, while no call has it.
struct Snapshot: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes one picture with the camera, while no call has it.")

    @OptionGroup var which: CameraOptions

    @OptionGroup var board: BoardOptions

    @Argument(help: "Where to: a name that ends in .jpg or .png.")
    var file: String

    func validate() throws {
        guard PictureFile.Kind(file) != nil else { throw ValidationError("the file's name must end in .jpg or .png") }
    }

    func run() throws {
        let configuration = try which.configuration(board)
        guard let kind = PictureFile.Kind(file) else { return }
        do throws(DeviceError) {
            let camera = try configuration.open()
            guard try Self.take(camera, { PictureFile.write($0, to: file, as: kind) }) else {
                throw .failed(errno: 5, operation: "write \(file)")
            }
            print("\(file): \(camera.format.width)x\(camera.format.height)")
        } catch {
            StandardError.print("kioskctl: \(error.advice("camera"))")
            throw ExitCode(69)
        }
    }

    /// The picture after a second, when most cameras have found their exposure.
    private static func take(
        _ camera: V4L2Camera<KernelVideoDriver>, _ body: (borrowing VideoFrame) -> Bool
    ) throws(DeviceError) -> Bool {
        let settled = MonotonicClock.now() + .seconds(1)
        let end = settled + .seconds(4)
        while MonotonicClock.now() < end {
            guard let frame = try camera.next(until: end) else { continue }
            if MonotonicClock.now() >= settled { return body(frame) }
        }
        throw .stalled("the camera")
    }
}
