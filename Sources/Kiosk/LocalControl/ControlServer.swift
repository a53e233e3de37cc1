import Glibc
public import LinuxIO
import Primitives
import SignallingMessages
import Synchronization

/// kioskd's side of the local socket: takes connections of this user (mode 0600), one request each.
public final class ControlServer: Sendable {
    private let path: String
    private let listener: Mutex<SeqPacketListener?>
    private let thread: Mutex<MediaThread?>
    private let isStopping = Atomic<Bool>(false)

    /// Why there is no socket to serve.
    public enum Failure: Error, CustomStringConvertible {
        case alreadyServed(path: String)
        case unusable(SystemError)

        public var description: String {
            switch self {
            case .alreadyServed(let path):
                "another kioskd is running here (\(path)); several kiosks on one machine need an XDG_RUNTIME_DIR each"
            case .unusable(let error): "\(error)"
            }
        }
    }

    /// Serves `path`, replacing a socket that nobody serves any more.
    /// - Parameter handler: called for one request after the other, on its own task.
    public init(
        path: String, handler: @escaping @Sendable (ControlRequest) async -> ControlReply
    ) throws(Failure) {
        do throws(SystemError) {
            let listener = try SeqPacketListener(path: path)
            self.path = path
            self.listener = Mutex(listener)
            thread = Mutex(nil)
            let made = try MediaThread(name: "local-control") { [weak self, listener] in
                while let connection = try? listener.accept() {
                    guard let self, !self.isStopping.load(ordering: .acquiring) else { return }
                    Self.serve(connection, handler)
                }
            }
            thread.withLock { $0 = made }
        } catch {
            throw error.errno == EADDRINUSE ? .alreadyServed(path: path) : .unusable(error)
        }
    }

    /// Ends the thread and removes the socket.
    public func stop() {
        guard !isStopping.exchange(true, ordering: .acquiringAndReleasing) else { return }
        // Wakes the thread, which waits for a connection.
        _ = try? SeqPacketSocket.connect(path: path)
        thread.withLock { $0 }?.join()
        listener.withLock { $0 = nil }
    }

    private static func serve(
        _ connection: SeqPacketSocket, _ handler: @escaping @Sendable (ControlRequest) async -> ControlReply
    ) {
        // Who connects and says nothing keeps nobody else waiting for long.
        var patience = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(connection.raw, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { memory -> Int in
            do { return try connection.receive(into: memory)?.count ?? 0 } catch { return 0 }
        }
        guard count > 0, count <= buffer.count,
            let json = try? JSONValue(parsing: buffer[..<count], limits: JSONLimits(bytes: 4096, depth: 4, values: 16))
        else { return }
        guard let request = ControlRequest(json) else {
            answer(.refused("unknown request"), on: connection)
            return
        }
        Task { answer(await handler(request), on: connection) }
    }

    private static func answer(_ reply: ControlReply, on connection: SeqPacketSocket) {
        var bytes: [UInt8] = []
        reply.json.write(to: &bytes)
        // Who asked and went away gets nothing.
        _ = try? connection.send(bytes.span.bytes)
    }
}
