import CLinux
import Glibc

/// Memory that two processes map: made by one as a sealed memfd, mapped by the other from the descriptor it was sent.
public final class SharedMemory: @unchecked Sendable {  // the mapping never changes; what is in it, its users order
    public let bytes: UnsafeMutableRawBufferPointer
    private let descriptor: FileDescriptor

    public init(name: String, size: Int) throws(SystemError) {
        let descriptor = try FileDescriptor(callpoint_memfd(name, UInt64(max(1, size))), "make a memfd")
        bytes = try Self.map(descriptor, size: max(1, size), writable: true)
        self.descriptor = descriptor
    }

    /// Maps what another process sent, to be read only.
    /// - Throws: `EINVAL` if it is smaller than `size` or could still be made smaller by its sender, which would let
    ///   the sender end this process with a bus error.
    public init(mapping descriptor: consuming FileDescriptor, size: Int) throws(SystemError) {
        var status = stat()
        guard size > 0, fstat(descriptor.raw, &status) == 0, status.st_size >= size,
            callpoint_cannot_shrink(descriptor.raw) != 0
        else { throw SystemError(errno: EINVAL, operation: "map shared memory") }
        bytes = try Self.map(descriptor, size: size, writable: false)
        self.descriptor = descriptor
    }

    private static func map(
        _ descriptor: borrowing FileDescriptor, size: Int, writable: Bool
    ) throws(SystemError) -> UnsafeMutableRawBufferPointer {
        let protection = PROT_READ | (writable ? PROT_WRITE : 0)
        guard let address = mmap(nil, size, protection, MAP_SHARED, descriptor.raw, 0), address != MAP_FAILED else {
            throw .last("map shared memory")
        }
        return UnsafeMutableRawBufferPointer(start: address, count: size)
    }

    deinit { munmap(bytes.baseAddress, bytes.count) }

    /// For sending to the other process.
    public var raw: Int32 { descriptor.raw }
}
