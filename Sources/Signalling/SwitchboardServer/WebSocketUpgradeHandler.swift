import NIOCore
import NIOHTTP1
import NIOWebSocket
import SocketIO
import WebSocketTransport

/// Turns an HTTP connection into a WebSocket when a request asks for one that is admitted: the first, or any later one,
/// since clients with a pool of connections upgrade on one that has carried their polling.
///
/// Any other request with an Upgrade header is answered as HTTP, as RFC 9110 §7.8 wants for protocols a server does not
/// know, and with a reason for a WebSocket that is refused. It is the connection's last: NIO's decoder reads nothing
/// after a request that might have changed the protocol.
final class WebSocketUpgradeHandler<Application: SocketIOApplication>: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let endpoint: SocketIOEndpoint<Application>
    private var before: [any RemovableChannelHandler]
    private var after: [any RemovableChannelHandler]
    /// Requests passed on and not yet answered.
    private var unanswered = 0
    private var isLast = false
    private var admitted: (head: HTTPRequestHead, request: SocketIORequest)?
    private var patience: Scheduled<Void>?

    /// - Parameters:
    ///   - before: the HTTP handlers in front of this one, removed by the upgrade.
    ///   - after: those behind it.
    init(
        endpoint: SocketIOEndpoint<Application>, before: [any RemovableChannelHandler],
        after: [any RemovableChannelHandler]
    ) {
        (self.endpoint, self.before, self.after) = (endpoint, before, after)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // Who connects and says nothing is not waited for.
        let channel = context.channel
        patience = context.eventLoop.scheduleTask(in: .seconds(10)) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { patience?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): receive(head, context: context)
        case .body(let body): if admitted == nil { context.fireChannelRead(wrapInboundOut(.body(body))) }
        case .end(let trailers):
            if let admitted {
                upgrade(admitted.head, admitted.request, context: context)
            } else {
                context.fireChannelRead(wrapInboundOut(.end(trailers)))
            }
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where isLast && unanswered == 1 && head.status != .continue:
            head.headers.replaceOrAdd(name: "Connection", value: "close")
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end:
            unanswered -= 1
            context.write(data, promise: promise)
        default: context.write(data, promise: promise)
        }
    }

    private func receive(_ received: HTTPRequestHead, context: ChannelHandlerContext) {
        patience?.cancel()
        var head = received
        if head.headers.contains(name: "Upgrade") {
            if unanswered == 0, let request = Self.webSocketRequest(head),
                endpoint.admitsWebSocket(sid: request.sid, version: request.version)
            {
                admitted = (head, request)
                return
            }
            head.headers.remove(name: "Upgrade")
            head.headers.replaceOrAdd(name: "Connection", value: "close")
            isLast = true
        }
        unanswered += 1
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    private func upgrade(_ head: HTTPRequestHead, _ request: SocketIORequest, context: ChannelHandlerContext) {
        let upgrader = NIOWebSocketServerUpgrader(
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
            upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() })
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        upgrader.buildUpgradeResponse(
            channel: context.value.channel, upgradeRequest: head, initialResponseHeaders: [:]
        ).assumeIsolated().whenComplete { [self] result in
            let context = context.value
            do {
                let consent = HTTPResponseHead(
                    version: .http1_1, status: .switchingProtocols, headers: try result.get())
                context.write(wrapOutboundOut(.head(consent)), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
                try becomeWebSocket(request, context: context)
            } catch {
                context.close(promise: nil)
            }
        }
    }

    private func becomeWebSocket(_ request: SocketIORequest, context: ChannelHandlerContext) throws {
        let (endpoint, channel, limits) = (endpoint, context.channel, endpoint.settings.engine)
        let pipeline = context.pipeline.syncOperations
        let link = WebSocketLink()
        for handler in after { pipeline.removeHandler(handler, promise: nil) }
        let last = WebSocketProtocolErrorHandler()
        try pipeline.addHandlers(
            [
                WebSocketFrameEncoder(),
                ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: limits.maxPayload)), last,
            ], position: .after(self))
        try EngineIOFrameHandler.add(
            to: channel, .server, position: .after(last), messageLimit: limits.maxPayload,
            pendingLimit: limits.queueBytes,
            onFrame: { frame in if let id = link.id { endpoint.webSocketReceived(id, frame) } },
            onClosed: { if let id = link.id { endpoint.webSocketClosed(id) } })
        link.id = endpoint.webSocketOpened(
            channel, sid: request.sid, version: request.version, address: channel.remoteAddress?.ipAddress ?? "")
        // This one first: with the decoder goes what it has read beyond the request, and that is no HTTP.
        let before = before
        (self.before, after) = ([], [])
        pipeline.removeHandler(context: context, promise: nil)
        for handler in before { pipeline.removeHandler(handler, promise: nil) }
    }

    private static func webSocketRequest(_ head: HTTPRequestHead) -> SocketIORequest? {
        let (path, query) = SocketIORequest.split(head.uri)
        guard SocketIORequest.isForSocketIO(path: path), head.method == .GET, head.version == .http1_1,
            head.headers[canonicalForm: "Upgrade"].map({ $0.lowercased() }) == ["websocket"],
            head.headers[canonicalForm: "Connection"].contains(where: { $0.lowercased() == "upgrade" }),
            head.headers["Sec-WebSocket-Key"].count == 1, head.headers["Sec-WebSocket-Version"] == ["13"],
            let request = try? SocketIORequest(query: query), request.transport == .webSocket
        else { return nil }
        return request
    }
}

/// The number of a WebSocket at the endpoint, shared by its handler's closures on one event loop.
private final class WebSocketLink {
    var id: UInt64?
}
