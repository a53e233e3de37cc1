import CLinux
public import Primitives

/// The descriptors that one thread waits for, each known by the caller's tag.
public struct EpollSet: ~Copyable, Sendable {
    private let descriptor: FileDescriptor
    private var ready: [UInt64]

    public init() throws(SystemError) {
        // Swift 6.2 would destroy a property twice that had its value before this throws.
        descriptor = try FileDescriptor(callpoint_epoll(), "make an epoll set")
        ready = [UInt64](repeating: 0, count: 16)
    }

    /// Level-triggered on readability; end-of-file and errors count as readable.
    public func add(_ raw: Int32, tag: UInt64) throws(SystemError) {
        guard callpoint_epoll_add(descriptor.raw, raw, tag) == 0 else { throw .last("epoll add") }
    }

    public func remove(_ raw: Int32) { _ = callpoint_epoll_remove(descriptor.raw, raw) }

    /// Waits up to `timeout` (nil: for ever) and calls `body` with the tag of each ready descriptor.
    public mutating func wait(timeout: Interval?, _ body: (UInt64) -> Void) throws(SystemError) {
        let milliseconds = timeout.map { Int32(clamping: max(0, ($0.nanoseconds + 999_999) / 1_000_000)) } ?? -1
        let count = callpoint_epoll_wait(descriptor.raw, &ready, UInt32(ready.count), milliseconds)
        guard count >= 0 else { throw .last("epoll wait") }
        for i in 0..<Int(count) { body(ready[i]) }
    }
}
