import FrontPanel
import Logging
import NIOCore
import NIOPosix
import Primitives
import Screens

/// A front panel on a free port of the loopback interface, and raw connections to it.
struct Panel {
    let server: FrontPanelServer
    let display: VirtualDisplay

    /// Starts a panel for the length of `body`.
    static func serve(
        limits: PanelLimits = PanelLimits(), _ body: @Sendable (Panel) async throws -> Void
    ) async throws {
        let display = VirtualDisplay(width: 320, height: 200)
        let server = try await FrontPanelServer.start(
            host: "127.0.0.1", port: 0, display: display, clock: { Instant(nanoseconds: 1_000_000_000_000) },
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), limits: limits)
        do {
            try await body(Panel(server: server, display: display))
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    /// Sends `bytes` and reads until `isEnough` or the server closes.
    func exchange(
        _ bytes: [UInt8], until isEnough: @escaping @Sendable (String) -> Bool = { _ in false }
    ) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: server.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            // A server that has had enough closes while it is written to.
            try? await outbound.write(ByteBuffer(bytes: bytes))
            var text: [UInt8] = []
            do {
                for try await part in inbound {
                    text += part.readableBytesView
                    if isEnough(String(decoding: text, as: UTF8.self)) { break }
                }
            } catch is IOError {}
            return String(decoding: text, as: UTF8.self)
        }
    }

    func request(
        _ method: String, _ path: String, headers: String = "",
        until isEnough: @escaping @Sendable (String) -> Bool = { _ in false }
    ) async throws -> String {
        let head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nConnection: close\r\n\(headers)\r\n"
        return try await exchange(Array(head.utf8), until: isEnough)
    }
}
