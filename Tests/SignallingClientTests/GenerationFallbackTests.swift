import Logging
import NIOCore
import NIOPosix
import Primitives
import SignallingClient
import Testing

/// The client at sockets that answer as other servers do.
@Suite("Generations of foreign servers", .timeLimit(.minutes(1)))
struct GenerationFallbackTests {
    @Test("HTTP 400 on a connection that stays open is followed by the other generation at once")
    func refusedKeptAlive() async throws {
        // As eventlet's server answers: no Connection header, and the connection left open.
        let refusal = "HTTP/1.1 400 BAD REQUEST\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nno"
        let (requests, sink) = AsyncStream.makeStream(of: String.self)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Answer(refusal) { sink.yield($0) })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        var configuration = SignallingConfiguration(
            url: "http://127.0.0.1:\(server.localAddress?.port ?? 0)", name: "Ward", room: "101",
            stateDirectory: "/nonexistent")
        configuration.timing.firstRetry = .seconds(3600)
        configuration.timing.longestRetry = .seconds(3600)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let client = try SignallingClient(configuration, logger: logger)
        let running = Task { await client.run() }
        var iterator = requests.makeAsyncIterator()
        #expect(await iterator.next()?.hasPrefix("GET /socket.io/?EIO=4&transport=websocket ") == true)
        #expect(await iterator.next()?.hasPrefix("GET /socket.io/?EIO=3&transport=websocket ") == true)
        var events = client.events.makeAsyncIterator()
        #expect(await events.next() == .disconnected(reason: "the server answered 400"))
        running.cancel()
        await running.value
        try await server.close()
    }
}

/// Answers the first bytes of a connection and leaves it open.
private final class Answer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let answer: String
    private let onRequest: (String) -> Void

    init(_ answer: String, onRequest: @escaping (String) -> Void) {
        (self.answer, self.onRequest) = (answer, onRequest)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        onRequest(String(buffer: unwrapInboundIn(data)))
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
    }
}
