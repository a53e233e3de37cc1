import CLinux
import Glibc
public import Primitives

/// One end of an `AF_UNIX` `SOCK_SEQPACKET` connection: whole messages, in order, with descriptors beside them.
///
/// One thread may receive while others send; the kernel keeps messages whole. End-of-file is seen as soon as the
/// other process ends, however it ended.
public final class SeqPacketSocket: Sendable {
    /// The longest message, in bytes.
    public static let messageLimit = 65_536

    private let descriptor: FileDescriptor

    public init(owning descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

    public var raw: Int32 { descriptor.raw }

    /// Two connected ends, both close-on-exec.
    public static func pair() throws(SystemError) -> (SeqPacketSocket, SeqPacketSocket) {
        var ends: (Int32, Int32) = (-1, -1)
        let result = withUnsafeMutablePointer(to: &ends) {
            $0.withMemoryRebound(to: Int32.self, capacity: 2) {
                socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0, $0)
            }
        }
        guard result == 0 else { throw .last("make a socket pair") }
        return (
            SeqPacketSocket(owning: FileDescriptor(owning: ends.0)),
            SeqPacketSocket(owning: FileDescriptor(owning: ends.1))
        )
    }

    /// A message that came: its length in the caller's buffer, and a descriptor that came with it.
    public struct Received: ~Copyable {
        public let count: Int
        public private(set) var descriptor: FileDescriptor?

        /// The descriptor, once.
        public mutating func takeDescriptor() -> FileDescriptor? { descriptor.take() }
    }

    /// Sends one message, waiting while the other end's queue is full.
    /// - Throws: `EPIPE` when the other end is gone.
    public func send(_ bytes: RawSpan, descriptor: Int32? = nil) throws(SystemError) {
        let sent = bytes.withUnsafeBytes { buffer in
            var passed = descriptor ?? -1
            return callpoint_seqpacket_send(
                self.descriptor.raw, buffer.baseAddress, buffer.count, &passed, descriptor == nil ? 0 : 1)
        }
        guard sent >= 0 else { throw .last("send on the control socket") }
    }

    /// Sends one message if there is room for it now; for threads that must not wait.
    /// - Returns: false while the other end's queue is full.
    /// - Throws: `EPIPE` when the other end is gone.
    public func trySend(_ bytes: RawSpan) throws(SystemError) -> Bool {
        let sent = bytes.withUnsafeBytes { buffer in
            callpoint_seqpacket_try_send(self.descriptor.raw, buffer.baseAddress, buffer.count)
        }
        if sent >= 0 { return true }
        guard callpointErrno == EAGAIN else { throw .last("send on the control socket") }
        return false
    }

    /// Waits for one message. Nil at the end of the connection.
    public func receive(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Received? {
        var passed: Int32 = -1
        var room: UInt32 = 1
        let count = callpoint_seqpacket_receive(descriptor.raw, buffer.baseAddress, buffer.count, &passed, &room)
        guard count >= 0 else { throw .last("receive on the control socket") }
        if count == 0 { return nil }
        return Received(count: count, descriptor: room == 1 ? FileDescriptor(owning: passed) : nil)
    }

    /// From now on `receive` gives up after `patience`, with `EAGAIN`.
    public func setPatience(_ patience: Interval) {
        let nanoseconds = max(0, patience.nanoseconds)
        var time = timeval(tv_sec: Int(nanoseconds / 1_000_000_000), tv_usec: Int(nanoseconds % 1_000_000_000 / 1000))
        setsockopt(descriptor.raw, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Ends the connection both ways; a thread waiting in `receive` wakes with nil.
    public func shutdown() { _ = Glibc.shutdown(descriptor.raw, Int32(SHUT_RDWR)) }
}
