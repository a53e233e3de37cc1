import CLinux
import Glibc

/// A system call failed: which, and why.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kernel's number, `EACCES` and the like.
    public let errno: Int32
    /// The call and what it was for, "bind 127.0.0.1:0".
    public let operation: String

    public init(errno: Int32, operation: String) { (self.errno, self.operation) = (errno, operation) }

    /// The error that the system call before this one left in `errno`.
    static func last(_ operation: String) -> SystemError { SystemError(errno: callpointErrno, operation: operation) }

    public var description: String { "\(operation): \(String(cString: strerror(errno)))" }
}

var callpointErrno: Int32 { Glibc.errno }
