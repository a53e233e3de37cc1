import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

extension Error {
    /// Why there is no connection, for the log: what NIO's own texts say too, without the server's name and addresses.
    var reasonNotConnected: String {
        switch self as any Error {
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first { return first.error.reasonNotConnected }
            return "the server's name cannot be resolved"
        case let error as IOError: return "cannot connect: \(String(cString: strerror(error.errnoCode)))"
        case is SocketAddressError: return "the server's name cannot be resolved"
        case ChannelError.connectTimeout: return "cannot connect: timed out"
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            return "the server's certificate is for another name"
        case is NIOSSLExtraError: return "cannot connect: TLS failed"
        // BoringSSL's text holds codes and places in its source.
        case let error as NIOSSLError: return "cannot connect: \(error)"
        case let error as HTTPParserError: return "the server's answer is no HTTP: \(error)"
        case ChannelError.eof, ChannelError.inputClosed, ChannelError.ioOnClosedChannel:
            return "the server ended the connection without an answer"
        default: return "cannot connect: \(type(of: self))"
        }
    }
}
