import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Primitives
import SignallingMessages
import SocketIO
import SwitchboardServer
import Synchronization
import WebSocketTransport

/// Gives every event back: "message" as "message-back", "message-with-ack" as its acknowledgement. Tells the auth.
struct Echo: SocketIOApplication {
    let namespaces: Set<String> = ["/", "/custom"]
    var deadline: Instant { .distantFuture }
    private var outputs: [SocketIOApplicationOutput] = []

    mutating func connected(_ socket: SocketID, auth: JSONValue?, now: Instant) {
        outputs.append(.send(session: socket.session, .event("auth", [auth ?? [:]], namespace: socket.namespace)))
    }
    mutating func received(_ event: SocketIOPacket, from socket: SocketID, now: Instant) {
        guard let (name, arguments) = event.event else { return }
        switch name {
        case "message":
            outputs.append(
                .send(
                    session: socket.session,
                    .event("message-back", arguments, namespace: socket.namespace, attachments: event.attachments)))
        case "message-with-ack":
            outputs.append(.acknowledge(session: socket.session, event, arguments, attachments: event.attachments))
        case "leave": outputs.append(.disconnect(session: socket.session, namespace: socket.namespace))
        default: break
        }
    }
    mutating func disconnected(_ socket: SocketID, now: Instant) {}
    mutating func advance(to now: Instant) {}
    mutating func poll(now: Instant) -> SocketIOApplicationOutput? { outputs.isEmpty ? nil : outputs.removeFirst() }
}

/// Heartbeats, and the end of who does not answer them, quick enough to be waited for.
var quick: SocketIOServerSettings {
    var settings = SocketIOServerSettings()
    settings.engine.pingInterval = .milliseconds(300)
    settings.engine.pingTimeout = .seconds(1)
    return settings
}

/// Quick heartbeats, and longer than any test for their answers.
var patient: SocketIOServerSettings {
    var settings = quick
    settings.engine.pingTimeout = .seconds(120)
    return settings
}

/// A real server on loopback for as long as `body` runs.
func withServer<Application: SocketIOApplication>(
    _ application: Application, settings: SocketIOServerSettings = SocketIOServerSettings(), port: Int = 0,
    console: String? = nil,
    _ body: (TestServer) async throws -> Void
) async throws {
    let (ports, listening) = AsyncStream.makeStream(of: Int.self)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let server = Task { [logger] in
        defer { listening.finish() }
        try await serve(
            application, settings: settings,
            SwitchboardConfiguration(host: "127.0.0.1", port: port, console: console ?? "/nonexistent"), logger: logger
        ) { listening.yield($0) }
    }
    var iterator = ports.makeAsyncIterator()
    guard let port = await iterator.next() else { return try await server.value }
    do {
        try await body(TestServer(port: port))
    } catch {
        server.cancel()
        throw error
    }
    server.cancel()
    try await server.value
}

struct TestServer {
    let port: Int

    struct Answer {
        var status: Int
        var headers: HTTPHeaders
        var body: String
    }

    /// One request on a connection of its own.
    func request(
        _ method: HTTPMethod, _ uri: String, body: [UInt8] = [], headers extra: [(String, String)] = []
    ) async throws -> Answer {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var headers = HTTPHeaders([("Host", "localhost"), ("Connection", "close")] + extra)
            if method == .POST { headers.add(name: "Content-Length", value: "\(body.count)") }
            try await outbound.write(
                .head(HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: headers)))
            if !body.isEmpty { try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: body)))) }
            try await outbound.write(.end(nil))
            var answer = Answer(status: 0, headers: [:], body: "")
            for try await part in inbound {
                switch part {
                case .head(let head): (answer.status, answer.headers) = (Int(head.status.code), head.headers)
                case .body(let buffer): answer.body += String(buffer: buffer)
                case .end: return answer
                }
            }
            return answer
        }
    }

    /// Sends a GET and closes the connection instead of waiting for the answer.
    func vanishDuringRequest(_ uri: String) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port).get()
        try await channel.writeAndFlush(ByteBuffer(string: "GET \(uri) HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        try await channel.close()
    }

    func get(_ query: String) async throws -> Answer { try await request(.GET, "/socket.io/?\(query)") }
    func post(_ query: String, _ body: String) async throws -> Answer {
        try await request(.POST, "/socket.io/?\(query)", body: Array(body.utf8))
    }

    /// Opens a polling session and returns its id.
    func openPolling(version: Int = 4) async throws -> String {
        let answer = try await get("EIO=\(version)&transport=polling")
        let start = answer.body.firstIndex(of: "{") ?? answer.body.startIndex
        let end = answer.body[start...].firstIndex(of: "}") ?? answer.body.startIndex
        let json = try JSONValue(parsing: String(answer.body[start...end]))
        return json["sid"]?.string ?? ""
    }

    /// Nil if the server does not upgrade.
    func webSocket(_ query: String) async throws -> TestWebSocket? {
        let socket = TestWebSocket()
        let upgrader = NIOTypedWebSocketClientUpgrader<Bool>(maxFrameSize: 1 << 20) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                try EngineIOFrameHandler.add(
                    to: channel, .client, messageLimit: 1 << 20, pendingLimit: 1 << 24,
                    onFrame: { socket.sink.yield($0) }, onClosed: { socket.sink.finish() })
                return true
            }
        }
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: "/socket.io/?\(query)", headers: ["Host": "localhost"])
        let (channel, upgraded) = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let configuration = NIOTypedHTTPClientUpgradeConfiguration<Bool>(
                        upgradeRequestHead: head, upgraders: [upgrader]
                    ) { $0.eventLoop.makeSucceededFuture(false) }
                    var pipeline = NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: configuration)
                    pipeline.leftOverBytesStrategy = .forwardBytes
                    let upgraded = try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
                        configuration: pipeline)
                    return (channel, upgraded)
                }
            }
        guard try await upgraded.get() else {
            try? await channel.close()
            return nil
        }
        socket.channel.withLock { $0 = channel }
        return socket
    }
}

/// A WebSocket of a test: frames in the order they came, nil when it has ended.
final class TestWebSocket: Sendable {
    let frames: AsyncStream<EngineIOFrame>
    let sink: AsyncStream<EngineIOFrame>.Continuation
    let channel = Mutex<(any Channel)?>(nil)

    init() { (frames, sink) = AsyncStream.makeStream() }

    func send(_ text: String) { write(.text(text)) }
    func send(_ bytes: [UInt8]) { write(.binary(bytes)) }
    private func write(_ frame: EngineIOFrame) {
        channel.withLock { channel in channel?.writeAndFlush(frame, promise: nil) }
    }
    func close() { channel.withLock { channel in channel?.close(promise: nil) } }

    /// The next frame; nil when the socket has ended.
    func next() async -> EngineIOFrame? {
        var iterator = frames.makeAsyncIterator()
        return await iterator.next()
    }
    func text() async -> String? {
        guard case .text(let text)? = await next() else { return nil }
        return text
    }
    /// The next text that is no heartbeat.
    func message() async -> String? {
        var text = await text()
        while text == "2" { text = await self.text() }
        return text
    }
    /// True once it has ended; frames before that are dropped.
    func ends() async -> Bool {
        while await next() != nil {}
        return true
    }
}
