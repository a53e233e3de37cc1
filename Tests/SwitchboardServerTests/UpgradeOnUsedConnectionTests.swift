import NIOCore
import NIOPosix
import Testing

/// What clients with a pool of connections do: HTTP and the upgrade one after the other on the same connection.
@Suite("WebSocket on a used connection", .timeLimit(.minutes(1)))
struct UpgradeOnUsedConnectionTests {
    private let open = "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\n\r\n"
    private func upgrade(_ query: String, protocol name: String = "websocket") -> String {
        "GET /socket.io/?EIO=4&transport=\(query) HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\n"
            + "Upgrade: \(name)\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    }

    @Test("an upgrade on a connection that has carried its polling, with frames in the same segment")
    func upgradeAfterPolling() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let connection = try await Connection(port: server.port)
            try await connection.send(open)
            let answer = try await connection.read(until: "\"]}")
            #expect(answer.hasPrefix("HTTP/1.1 200"))
            let sid = try #require(answer.split(separator: "\"sid\":\"").last?.prefix { $0 != "\"" })
            try await connection.send(upgrade("websocket&sid=\(sid)"), frames: ["2probe"])
            let consent = try await connection.read(until: "3probe")
            #expect(consent.hasPrefix("HTTP/1.1 101"))
            #expect(consent.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
            try await connection.send("", frames: ["5", "40"])
            _ = try await connection.read(until: "40{")
            try await connection.send("", frames: ["42[\"message\",1]"])
            _ = try await connection.read(until: "42[\"message-back\",1]")
            try await connection.close()
        }
    }

    @Test(
        "an upgrade that is refused is answered on it, the connection ends, and the polling session goes on",
        arguments: ["websocket&sid=unknown", "polling&sid=unknown"])
    func refusedUpgrade(query: String) async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let connection = try await Connection(port: server.port)
            try await connection.send(open)
            let answer = try await connection.read(until: "\"]}")
            let sid = try #require(answer.split(separator: "\"sid\":\"").last?.prefix { $0 != "\"" })
            try await connection.send(upgrade(query))
            let refusal = try await connection.readToEnd()
            #expect(refusal.hasPrefix("HTTP/1.1 400"))
            #expect(refusal.lowercased().contains("connection: close"))
            let session = "EIO=4&transport=polling&sid=\(sid)"
            #expect(try await server.post(session, "40").status == 200)
            #expect(try await server.get(session).body.hasPrefix("40{"))
        }
    }

    @Test("another protocol than WebSocket is not heeded")
    func otherProtocol() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let connection = try await Connection(port: server.port)
            try await connection.send(upgrade("polling", protocol: "h2c"))
            #expect(try await connection.readToEnd().hasPrefix("HTTP/1.1 200"))
        }
    }
}

/// Bytes to and from a server.
private struct Connection {
    private let channel: any Channel
    private let received: AsyncStream<String>

    init(port: Int) async throws {
        let (received, sink) = AsyncStream.makeStream(of: String.self)
        self.received = received
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Reader(sink))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
    }

    /// Sends text and behind it, in the same segment, texts as WebSocket frames masked with zeros.
    func send(_ text: String, frames: [String] = []) async throws {
        var buffer = ByteBuffer(string: text)
        for frame in frames {
            buffer.writeBytes([0x81, 0x80 | UInt8(frame.utf8.count), 0, 0, 0, 0])
            buffer.writeString(frame)
        }
        try await channel.writeAndFlush(buffer)
    }

    /// What comes until it contains `end`.
    func read(until end: String) async throws -> String {
        var text = ""
        var iterator = received.makeAsyncIterator()
        while !text.contains(end) { text += try #require(await iterator.next(), "ended after \(text)") }
        return text
    }

    func readToEnd() async throws -> String {
        var text = ""
        for await part in received { text += part }
        return text
    }

    func close() async throws { try await channel.close() }

    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let sink: AsyncStream<String>.Continuation

        init(_ sink: AsyncStream<String>.Continuation) { self.sink = sink }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            sink.yield(String(decoding: unwrapInboundIn(data).readableBytesView, as: UTF8.self))
        }

        func channelInactive(context: ChannelHandlerContext) { sink.finish() }
    }
}
