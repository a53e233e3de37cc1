import CLinux
public import Primitives

/// The descriptors that one thread waits for, each known by the caller's tag.
public struct EpollSet: ~Copyable, Sendable {
    private let descriptor: FileDescriptor
    private var ready: [UInt64]
    /// How many descriptors the last wait found ready.
    public private(set) var count: Int

    /// The tag of the `index`th of them.
    /// - Precondition: `0 ≤ index < count`.
    public subscript(index: Int) -> UInt64 {
        precondition(index >= 0 && index < count, "no such descriptor was ready")
        return ready[index]
    }

    public init() throws(SystemError) {
        // Swift 6.2 would destroy a property twice that had its value before this throws.
        descriptor = try FileDescriptor(callpoint_epoll(), "make an epoll set")
        ready = [UInt64](repeating: 0, count: 16)
        count = 0
    }

    /// Level-triggered on readability; end-of-file and errors count as readable.
    public func add(_ raw: Int32, tag: UInt64) throws(SystemError) {
        guard callpoint_epoll_add(descriptor.raw, raw, tag, 0) == 0 else { throw .last("epoll add") }
    }

    /// Edge-triggered: a wait tells of all signals since the one before, and nobody has to read the descriptor.
    public func add(_ signal: EventFD, tag: UInt64) throws(SystemError) {
        guard callpoint_epoll_add(descriptor.raw, signal.raw, tag, 1) == 0 else { throw .last("epoll add") }
    }

    /// Level-triggered on readability and, if `wantsWrite`, on room to write.
    /// - Parameter isNew: whether the descriptor is not in the set yet.
    public func watch(_ raw: Int32, tag: UInt64, isNew: Bool, wantsWrite: Bool) throws(SystemError) {
        guard callpoint_epoll_watch(descriptor.raw, raw, tag, isNew ? 1 : 0, wantsWrite ? 1 : 0) == 0 else {
            throw .last("epoll watch")
        }
    }

    public func remove(_ raw: Int32) { _ = callpoint_epoll_remove(descriptor.raw, raw) }

    /// Waits up to `timeout` (nil: for ever); the set's elements are then the tags of the ready descriptors.
    public mutating func wait(timeout: Interval?) throws(SystemError) {
        let milliseconds = timeout.map { Int32(clamping: max(0, ($0.nanoseconds + 999_999) / 1_000_000)) } ?? -1
        let found = callpoint_epoll_wait(descriptor.raw, &ready, UInt32(ready.count), milliseconds)
        count = max(0, Int(found))
        guard found >= 0 else { throw .last("epoll wait") }
    }
}
