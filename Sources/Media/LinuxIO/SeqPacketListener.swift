import CLinux
import Glibc

/// A listening `SOCK_SEQPACKET` socket: at a path, which it removes when it ends, or an inherited one.
public final class SeqPacketListener: Sendable {
    /// Nil if the socket was inherited: its file is the business of whoever made it.
    public let path: String?
    private let descriptor: FileDescriptor

    /// Takes over a listening socket, as systemd passes one.
    /// - Throws: `ENOTSOCK` or `EINVAL` if it is not one of ours.
    public init(inheriting raw: Int32) throws(SystemError) {
        var (type, listens, size) = (Int32(0), Int32(0), socklen_t(MemoryLayout<Int32>.size))
        guard getsockopt(raw, SOL_SOCKET, SO_TYPE, &type, &size) == 0,
            getsockopt(raw, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0
        else { throw .last("look at the inherited socket") }
        guard type == Int32(SOCK_SEQPACKET.rawValue), listens != 0 else {
            throw SystemError(errno: EINVAL, operation: "listen at an inherited socket that is of another kind")
        }
        _ = fcntl(raw, F_SETFD, FD_CLOEXEC)
        descriptor = FileDescriptor(owning: raw)
        path = nil
    }

    /// Binds `path` with mode 0600. A socket file that nobody serves any more is replaced.
    /// - Throws: `EADDRINUSE` when another process serves it.
    public init(path: String) throws(SystemError) {
        guard var address = sockaddr_un(path: path) else {
            throw SystemError(errno: ENAMETOOLONG, operation: "bind \(path)")
        }
        let type = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
        descriptor = try FileDescriptor(socket(AF_UNIX, type, 0), "make a socket")
        let fd = descriptor.raw
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer -> Bool in
                let mask = umask(0o177)
                defer { umask(mask) }
                if bind(fd, pointer, size) == 0 { return true }
                guard callpointErrno == EADDRINUSE else { return false }
                let probe = socket(AF_UNIX, type, 0)
                defer { close(probe) }
                guard probe >= 0, connect(probe, pointer, size) != 0, callpointErrno == ECONNREFUSED else {
                    Glibc.errno = EADDRINUSE
                    return false
                }
                unlink(path)
                return bind(fd, pointer, size) == 0
            }
        }
        guard bound, listen(fd, 4) == 0 else { throw .last("listen at \(path)") }
        // Last, so that a failed init runs no deinit and leaves another's socket file alone.
        self.path = path
    }

    deinit { if let path { unlink(path) } }

    /// Waits for the next connection.
    public func accept() throws(SystemError) -> SeqPacketSocket {
        let fd = callpoint_accept(descriptor.raw)
        return SeqPacketSocket(owning: try FileDescriptor(fd, "accept at \(path ?? "an inherited socket")"))
    }
}

extension SeqPacketSocket {
    /// Connects to the listener at `path`.
    public static func connect(path: String) throws(SystemError) -> SeqPacketSocket {
        guard var address = sockaddr_un(path: path) else {
            throw SystemError(errno: ENAMETOOLONG, operation: "connect to \(path)")
        }
        let type = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = try FileDescriptor(socket(AF_UNIX, type, 0), "make a socket")
        let fd = descriptor.raw
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(fd, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw .last("connect to \(path)") }
        return SeqPacketSocket(owning: descriptor)
    }
}

extension sockaddr_un {
    /// Nil if `path` does not fit (107 bytes).
    init?(path: String) {
        self.init()
        sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: sun_path)
        guard !bytes.isEmpty, bytes.count < room else { return nil }
        withUnsafeMutableBytes(of: &sun_path) { $0.copyBytes(from: bytes) }
    }
}
