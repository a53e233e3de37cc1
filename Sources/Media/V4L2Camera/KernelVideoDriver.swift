public import CV4L2
package import Devices
import Glibc
import LinuxIO
public import Primitives

/// A real `/dev/videoN`, open from `init` to `deinit`.
public final class KernelVideoDriver: VideoDriver {
    private let descriptor: FileDescriptor

    /// - Parameter name: what messages call it.
    package init(path: String, name: String) throws(DeviceError) {
        let result = cv4l2_open(path)
        guard result >= 0 else {
            switch -result {
            case ENOENT, ENODEV, ENXIO: throw .notFound(name)
            case EBUSY: throw .busy(name)
            default: throw .failed(errno: -result, operation: "open \(name)")
            }
        }
        descriptor = FileDescriptor(owning: result)
    }

    public func ask(_ request: cv4l2_request, _ argument: UnsafeMutableRawPointer) -> Int32 {
        cv4l2_ask(descriptor.raw, request, argument)
    }

    public func map(over address: UnsafeMutableRawPointer, length: Int, offset: Int64) -> Int32 {
        cv4l2_map(descriptor.raw, address, length, offset)
    }

    public func wait(until deadline: Instant) -> Int32 {
        cv4l2_wait(descriptor.raw, (deadline - MonotonicClock.now()).nanoseconds)
    }

    public func pause(until deadline: Instant) { MonotonicClock.sleep(until: deadline) }
    public func now() -> Instant { MonotonicClock.now() }
}
