import CLinux
import Glibc
public import Primitives

/// A TCP connection. See `ByteStream` for how it is driven.
public final class TCPStream: ByteStream {
    public private(set) var state: StreamState
    public let localAddress: TransportAddress
    public let remoteAddress: TransportAddress
    public let unsent = Counter()
    public var backlog: Int { outgoing.count }
    public let raw: Int32

    private var descriptor: FileDescriptor?
    private let outgoing: ByteQueue
    private let incoming: ByteQueue
    // What a set knows of this stream.
    private var tag: UInt64?
    private var watchesWrite = false

    /// What a stream holds of messages towards the other side; about half a second of a call's video.
    public static let sendCapacity = 131_072
    /// The most bytes that may wait to be taken, well above the longest message of TURN or ICE in a call.
    public static let receiveCapacity = 32_768

    /// Begins to connect; nothing is waited for.
    /// - Parameter local: to leave from this address, with port 0 from any port of it.
    public convenience init(
        connectingTo remote: TransportAddress, from local: TransportAddress? = nil
    ) throws(SystemError) {
        var target = callpoint_address(remote)
        var source = local.map { callpoint_address($0) } ?? callpoint_address()
        let descriptor = try FileDescriptor(callpoint_tcp_connect(&target, &source), "connect TCP to \(remote)")
        self.init(
            owning: descriptor, state: .opening, local: TransportAddress(source) ?? local ?? remote, remote: remote)
    }

    init(
        owning descriptor: consuming FileDescriptor, state: StreamState, local: TransportAddress,
        remote: TransportAddress
    ) {
        raw = descriptor.raw
        self.descriptor = consume descriptor
        self.state = state
        (localAddress, remoteAddress) = (local, remote)
        outgoing = ByteQueue(capacity: Self.sendCapacity)
        incoming = ByteQueue(capacity: Self.receiveCapacity)
    }

    public func register(in set: borrowing EpollSet, tag: UInt64) throws(SystemError) {
        try register(in: set, tag: tag, wantsWrite: wantsWrite)
    }

    public func updateInterest(in set: borrowing EpollSet) throws(SystemError) {
        try updateInterest(in: set, wantsWrite: wantsWrite)
    }

    /// The same for whoever keeps a queue of its own above this stream.
    package func register(in set: borrowing EpollSet, tag: UInt64, wantsWrite: Bool) throws(SystemError) {
        try set.watch(raw, tag: tag, isNew: true, wantsWrite: wantsWrite)
        (self.tag, watchesWrite) = (tag, wantsWrite)
    }

    package func updateInterest(in set: borrowing EpollSet, wantsWrite: Bool) throws(SystemError) {
        guard let tag, wantsWrite != watchesWrite else { return }
        try set.watch(raw, tag: tag, isNew: false, wantsWrite: wantsWrite)
        watchesWrite = wantsWrite
    }

    /// Whether the stream waits for the kernel to take bytes, or to be connected.
    private var wantsWrite: Bool {
        switch state {
        case .opening: true
        case .open: !outgoing.isEmpty
        case .closed: false
        }
    }

    public func progress() {
        if state == .opening {
            let result = callpoint_tcp_connected(raw)
            if result == EINPROGRESS { return }
            guard result == 0 else { return end(StreamError(errno: result, "connect TCP to \(remoteAddress)")) }
            state = .open
        }
        guard state == .open, !outgoing.isEmpty else { return }
        var failure: Int32?
        outgoing.take { bytes in
            let sent = callpoint_tcp_send(raw, bytes.baseAddress, bytes.count)
            if sent < 0, callpointErrno != EAGAIN { failure = callpointErrno }
            return sent
        }
        if let failure { end(StreamError(errno: failure, "send by TCP to \(remoteAddress)")) }
    }

    public func receive(_ body: (RawSpan) -> Int) -> Bool {
        guard state == .open else { return false }
        var result = 0
        var failure: Int32?
        incoming.fill { room in
            result = callpoint_tcp_receive(raw, room.baseAddress, room.count)
            if result < 0, callpointErrno != EAGAIN { failure = callpointErrno }
            return result
        }
        if let failure {
            end(StreamError(errno: failure, "receive by TCP from \(remoteAddress)"))
            return false
        }
        guard result != 0 else {
            end(nil)
            return false
        }
        guard result > 0 else { return false }
        incoming.take { body($0.bytes) }
        if incoming.isFull { end(.messageTooLong) }
        return state == .open
    }

    @discardableResult
    public func send(_ head: RawSpan, _ body: RawSpan) -> Bool {
        switch state {
        case .closed: return false
        case .opening, .open: break
        }
        guard outgoing.append(head, body) else {
            unsent.increment()
            return false
        }
        if state == .open { progress() }
        return true
    }

    public func close(in set: borrowing EpollSet) {
        if tag != nil { set.remove(raw) }
        tag = nil
        end(nil)
        descriptor = nil
    }

    private func end(_ error: StreamError?) {
        if case .closed = state { return }
        state = .closed(error)
    }
}
