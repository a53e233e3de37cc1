import CLinux
import Glibc

/// The one owner of a kernel descriptor, which it closes.
public struct FileDescriptor: ~Copyable, Sendable {
    /// The kernel's number, valid as long as this owner lives.
    public let raw: Int32

    /// Takes over `raw`, which nobody else may close.
    public init(owning raw: Int32) { self.raw = raw }

    init(_ result: Int32, _ operation: @autoclosure () -> String) throws(SystemError) {
        guard result >= 0 else { throw .last(operation()) }
        raw = result
    }

    deinit { close(raw) }

    /// A second descriptor of the same thing, close-on-exec.
    public borrowing func duplicate() throws(SystemError) -> FileDescriptor {
        try FileDescriptor(fcntl(raw, F_DUPFD_CLOEXEC, 3), "duplicate a descriptor")
    }
}
