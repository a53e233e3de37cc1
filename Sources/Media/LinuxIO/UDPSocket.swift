import CLinux
import Glibc
public import Primitives

/// A UDP socket bound to one address of this host, non-blocking. One thread.
///
/// Up to 32 datagrams cross per system call, straight between the kernel and pool slots; arrival times are the kernel's.
public final class UDPSocket {
    public let localAddress: TransportAddress
    /// Datagrams read and thrown away because no slot was free, or because they were longer than a slot.
    public let dropped = Counter()
    /// Datagrams the kernel did not take.
    public let unsent = Counter()

    private let descriptor: FileDescriptor
    private static let batch = Int(CALLPOINT_BATCH)
    private let inbound: UnsafeMutablePointer<PooledBuffer?>
    private let outbound: UnsafeMutablePointer<PooledBuffer?>
    private let descriptors: UnsafeMutablePointer<callpoint_datagram>
    private let queued: UnsafeMutablePointer<callpoint_datagram>
    private var queuedCount = 0
    private let scratch: UnsafeMutableRawBufferPointer

    /// Beside other sockets that are bound so: for groups.
    convenience init(bindingShared address: TransportAddress) throws(SystemError) {
        var wanted = callpoint_address(address)
        let descriptor = try FileDescriptor(callpoint_udp_bind_shared(&wanted), "bind UDP \(address)")
        self.init(owning: descriptor, bound: address)
    }

    /// Port 0 lets the kernel choose.
    public convenience init(binding address: TransportAddress) throws(SystemError) {
        var wanted = callpoint_address(address)
        let descriptor = try FileDescriptor(callpoint_udp_bind(&wanted), "bind UDP \(address)")
        self.init(owning: descriptor, bound: TransportAddress(wanted) ?? address)
    }

    /// Binds the first free port of `ports`, as `PortRound` goes.
    /// - Throws: `EADDRINUSE` when all are taken.
    public convenience init(
        binding address: IPAddress, ports: ClosedRange<UInt16>, startingAt start: UInt16
    ) throws(SystemError) {
        for port in PortRound(ports, startingAt: start) {
            var wanted = callpoint_address(TransportAddress(address, port: port))
            let fd = callpoint_udp_bind(&wanted)
            if fd >= 0 {
                let bound = TransportAddress(wanted) ?? TransportAddress(address, port: port)
                self.init(owning: FileDescriptor(owning: fd), bound: bound)
                return
            }
            guard callpointErrno == EADDRINUSE || callpointErrno == EACCES else {
                throw .last("bind UDP \(address) in \(ports)")
            }
        }
        throw SystemError(errno: EADDRINUSE, operation: "bind UDP \(address) in \(ports)")
    }

    private init(owning descriptor: consuming FileDescriptor, bound: TransportAddress) {
        self.descriptor = descriptor
        localAddress = bound
        inbound = .allocate(capacity: Self.batch)
        outbound = .allocate(capacity: Self.batch)
        descriptors = .allocate(capacity: Self.batch)
        queued = .allocate(capacity: Self.batch)
        scratch = .allocate(byteCount: 2048, alignment: 16)
        for i in 0..<Self.batch {
            (inbound + i).initialize(to: nil)
            (outbound + i).initialize(to: nil)
            (descriptors + i).initialize(to: callpoint_datagram())
            (queued + i).initialize(to: callpoint_datagram())
        }
    }

    deinit {
        inbound.deinitialize(count: Self.batch).deallocate()
        outbound.deinitialize(count: Self.batch).deallocate()
        descriptors.deallocate()
        queued.deallocate()
        scratch.deallocate()
    }

    public var raw: Int32 { descriptor.raw }

    /// Reads one batch and hands each datagram over with its source and arrival. Returns true while more may be waiting.
    ///
    /// With no free slot in `pool` a datagram is read and dropped: a level-triggered wait must not spin on it.
    public func receive(
        into pool: BufferPool, _ body: (consuming PooledBuffer, TransportAddress, Instant) -> Void
    ) -> Bool {
        var ready = 0
        while ready < Self.batch {
            if inbound[ready] == nil {
                guard let slot = try? pool.take() else { break }
                inbound[ready] = consume slot
            }
            point(descriptors + ready, at: &inbound[ready])
            ready += 1
        }
        if ready == 0 {
            descriptors[0].buffer = scratch.baseAddress
            descriptors[0].capacity = UInt32(scratch.count)
            guard callpoint_udp_receive(descriptor.raw, descriptors, 1) > 0 else { return false }
            dropped.increment()
            return true
        }
        let count = Int(callpoint_udp_receive(descriptor.raw, descriptors, UInt32(ready)))
        guard count > 0 else {
            // The slots go back: an idle socket must not keep what a busy one needs.
            for i in 0..<ready { inbound[i] = nil }
            return false
        }
        for i in 0..<count {
            guard var buffer = inbound[i].take() else { continue }
            let length = Int(descriptors[i].length)
            guard length > 0, length <= buffer.capacity, let source = TransportAddress(descriptors[i].peer) else {
                dropped.increment()
                continue
            }
            buffer.setCount(length)
            body(buffer, source, Instant(nanoseconds: descriptors[i].arrival))
        }
        for i in count..<ready { inbound[i] = nil }
        // A batch that came back short has emptied the socket; the next wait tells of what comes after.
        return count == ready
    }

    private func point(_ datagram: UnsafeMutablePointer<callpoint_datagram>, at slot: inout PooledBuffer?) {
        guard var buffer = slot.take() else { return }
        buffer.withUnsafeMutableBytes { bytes in
            datagram.pointee.buffer = bytes.baseAddress
            datagram.pointee.capacity = UInt32(bytes.count)
        }
        slot = consume buffer
    }

    /// Queues a datagram; it leaves with the next `flush`, or now if the batch is full.
    public func send(_ buffer: consuming PooledBuffer, to destination: TransportAddress) {
        var buffer = buffer
        let count = buffer.count
        let datagram = queued + queuedCount
        buffer.withUnsafeMutableBytes { datagram.pointee.buffer = $0.baseAddress }
        datagram.pointee.length = UInt32(count)
        datagram.pointee.peer = callpoint_address(destination)
        outbound[queuedCount] = consume buffer
        queuedCount += 1
        if queuedCount == Self.batch { flush() }
    }

    /// Sends what is queued. What the kernel does not take now is lost and counted, as on any network.
    public func flush() {
        var sent = 0
        while sent < queuedCount {
            let n = Int(callpoint_udp_send(descriptor.raw, queued + sent, UInt32(queuedCount - sent)))
            if n <= 0 {
                // A full socket buffer fails for all that is left; an unreachable address only for the first of it.
                let full = callpointErrno == EAGAIN || callpointErrno == ENOBUFS
                unsent.increment(by: UInt64(full ? queuedCount - sent : 1))
                sent = full ? queuedCount : sent + 1
            } else {
                sent += n
            }
        }
        for i in 0..<queuedCount { outbound[i] = nil }
        queuedCount = 0
    }
}
