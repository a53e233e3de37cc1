import CLinux
import Glibc

/// Wakes the thread that waits in an `EpollSet`. Any thread may signal; nobody needs to read it.
public final class EventFD: Sendable {
    private let descriptor: FileDescriptor

    public init() throws(SystemError) {
        descriptor = try FileDescriptor(callpoint_eventfd(), "make an eventfd")
    }

    public var raw: Int32 { descriptor.raw }

    public func signal() {
        var one: UInt64 = 1
        // The one failure that can be, EAGAIN at 2⁶⁴-1 signals, means that the waiter will wake anyway.
        _ = write(descriptor.raw, &one, 8)
    }
}
