import CLinux
import Glibc
public import Primitives

/// A listening TCP socket, non-blocking. One thread; the set finds it readable when somebody connects.
public final class TCPListener {
    public let localAddress: TransportAddress
    private let descriptor: FileDescriptor

    /// Port 0 lets the kernel choose.
    public init(binding address: TransportAddress, backlog: Int32 = 8) throws(SystemError) {
        var wanted = callpoint_address(address)
        descriptor = try FileDescriptor(callpoint_tcp_listen(&wanted, backlog), "listen at TCP \(address)")
        localAddress = TransportAddress(wanted) ?? address
    }

    /// At the first free one of `ports`, as `PortRound` goes.
    public convenience init(
        binding address: IPAddress, ports: ClosedRange<UInt16>, startingAt start: UInt16
    ) throws(SystemError) {
        for port in PortRound(ports, startingAt: start) {
            do throws(SystemError) {
                try self.init(binding: TransportAddress(address, port: port))
                return
            } catch {
                guard error.errno == EADDRINUSE || error.errno == EACCES else { throw error }
            }
        }
        throw SystemError(errno: EADDRINUSE, operation: "listen at TCP \(address) in \(ports)")
    }

    public var raw: Int32 { descriptor.raw }

    /// The next connection, nil when none waits or it could not be had (then the set finds the listener readable again).
    public func accept() -> TCPStream? {
        var (local, remote) = (callpoint_address(), callpoint_address())
        let fd = callpoint_tcp_accept(descriptor.raw, &local, &remote)
        guard fd >= 0 else { return nil }
        let owned = FileDescriptor(owning: fd)
        guard let local = TransportAddress(local), let remote = TransportAddress(remote) else { return nil }
        return TCPStream(owning: owned, state: .open, local: local, remote: remote)
    }
}
