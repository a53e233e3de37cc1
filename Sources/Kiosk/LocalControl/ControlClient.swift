import Glibc
import LinuxIO
import SignallingMessages

/// kioskctl's side of the local socket.
public enum ControlClient {
    public enum Failure: Error, Equatable, CustomStringConvertible {
        /// Nobody serves the socket.
        case notRunning(path: String)
        case noAnswer
        case other(String)

        public var description: String {
            switch self {
            case .notRunning(let path): "kioskd is not running (nobody serves \(path))"
            case .noAnswer: "kioskd does not answer"
            case .other(let text): text
            }
        }
    }

    /// Asks and waits for the answer. Blocks the calling thread.
    /// - Parameter patience: in seconds.
    public static func ask(
        _ request: ControlRequest, path: String, patience seconds: Int = 5
    ) throws(Failure) -> ControlReply {
        let connection: SeqPacketSocket
        do throws(SystemError) {
            connection = try SeqPacketSocket.connect(path: path)
        } catch {
            throw [ENOENT, ECONNREFUSED].contains(error.errno) ? .notRunning(path: path) : .other("\(error)")
        }
        var patience = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(connection.raw, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var bytes: [UInt8] = []
        request.json.write(to: &bytes)
        var buffer = [UInt8](repeating: 0, count: SeqPacketSocket.messageLimit)
        do {
            try connection.send(bytes.span.bytes)
            let count = try buffer.withUnsafeMutableBytes { try connection.receive(into: $0)?.count ?? 0 }
            let json = try JSONValue(parsing: buffer[..<min(count, buffer.count)])
            guard let reply = ControlReply(json) else { throw Failure.noAnswer }
            return reply
        } catch {
            throw .noAnswer
        }
    }
}
