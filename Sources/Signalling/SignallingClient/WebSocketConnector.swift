import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import SocketIO
import WebSocketTransport

/// Opens WebSockets to one signalling server, with TLS where its address says so.
struct WebSocketConnector: Sendable {
    enum Outcome: Sendable {
        case webSocket
        /// The server answered with this status instead.
        case refused(Int)
    }

    let url: SignallingURL
    let eventLoop: any EventLoop
    private let tls: NIOSSLContext?

    init(
        url: SignallingURL, certificateAuthorities: String?, eventLoop: any EventLoop
    ) throws(SignallingConfigurationError) {
        (self.url, self.eventLoop) = (url, eventLoop)
        guard url.isSecure else {
            tls = nil
            return
        }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let file = certificateAuthorities { configuration.trustRoots = .file(file) }
        do {
            tls = try NIOSSLContext(configuration: configuration)
        } catch {
            throw .unreadableAuthorities("\(certificateAuthorities ?? "the system's"): \(error)")
        }
    }

    /// Connects; the closures run on `eventLoop`.
    func connect(
        version: EngineIOVersion, onOpen: @escaping @Sendable (any Channel) -> Void,
        onFrame: @escaping @Sendable (EngineIOFrame) -> Void,
        onClosed: @escaping @Sendable () -> Void
    ) -> EventLoopFuture<Outcome> {
        var headers = HTTPHeaders([("Host", url.authority)])
        headers.add(name: "User-Agent", value: "callpoint")
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: "/socket.io/?EIO=\(version.rawValue)&transport=websocket",
            headers: headers)
        let messageLimit = 256 * 1024
        let upgrader = NIOTypedWebSocketClientUpgrader<Bool>(maxFrameSize: messageLimit) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                try EngineIOFrameHandler.add(
                    to: channel, .client, messageLimit: messageLimit, pendingLimit: 1024 * 1024, onFrame: onFrame,
                    onClosed: onClosed)
                // Here and not when the future settles: the first frames may come before that.
                onOpen(channel)
                return true
            }
        }
        let (tls, url) = (tls, url)
        return ClientBootstrap(group: eventLoop)
            .connectTimeout(.seconds(10))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let tls else { return }
                    // Server name indication is for names only; without one the certificate must name the address.
                    let isAddress = (try? SocketAddress(ipAddress: url.host, port: url.port)) != nil
                    let handler = try NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : url.host)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .connect(host: url.host, port: url.port)
            .flatMap { channel in
                channel.eventLoop.makeCompletedFuture {
                    try upgrade(channel, head: head, upgrader: upgrader)
                }.flatMap { $0 }
            }
    }

    private func upgrade(
        _ channel: any Channel, head: HTTPRequestHead, upgrader: NIOTypedWebSocketClientUpgrader<Bool>
    ) throws -> EventLoopFuture<Outcome> {
        let refusal = channel.eventLoop.makePromise(of: Outcome.self)
        let configuration = NIOTypedHTTPClientUpgradeConfiguration<Bool>(
            upgradeRequestHead: head, upgraders: [upgrader]
        ) { channel in
            // Done at once, before the status is known: until then the response is held back from the reader.
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(RefusalReader(refusal))
                return false
            }
        }
        var pipeline = NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: configuration)
        // A server speaks first, often in the same segment as its consent.
        pipeline.leftOverBytesStrategy = .forwardBytes
        let upgraded = try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
            configuration: pipeline)
        // Either way the promise is settled: a channel that ends without an answer settles the negotiation.
        channel.closeFuture.whenComplete { _ in refusal.fail(ChannelError.eof) }
        let outcome = upgraded.flatMap { upgraded in
            upgraded ? channel.eventLoop.makeSucceededFuture(.webSocket) : refusal.futureResult
        }
        outcome.whenComplete { result in
            if case .success(.webSocket) = result {} else { channel.close(promise: nil) }
        }
        return outcome
    }
}

/// Reads the status of a response that is no upgrade.
private final class RefusalReader: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    private let promise: EventLoopPromise<WebSocketConnector.Outcome>

    init(_ promise: EventLoopPromise<WebSocketConnector.Outcome>) { self.promise = promise }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data) else { return }
        promise.succeed(.refused(Int(head.status.code)))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }
}
