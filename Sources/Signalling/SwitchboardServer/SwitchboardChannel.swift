import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket
import SocketIO
import WebSocketTransport

/// One connection: HTTP for Hummingbird, until the client asks for a WebSocket.
struct SwitchboardChannel<Application: SocketIOApplication>: HTTPChannelHandler {
    enum Negotiated: Sendable {
        case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
        case webSocket
    }
    /// A connection that has yet to say what it wants; it is not read from before `setup` has given it back.
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let negotiated: EventLoopFuture<Negotiated>
    }

    let responder: Responder
    let endpoint: SocketIOEndpoint<Application>
    /// Without a request for so long, a connection is closed.
    let idleTimeout: Duration

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        // Who connects and says nothing is not waited for.
        let patience = channel.eventLoop.scheduleTask(in: .seconds(10)) { channel.close(promise: nil) }
        return channel.eventLoop.makeCompletedFuture {
            let negotiated = try negotiate(channel, logger: logger)
            negotiated.whenComplete { _ in patience.cancel() }
            return Value(channel: channel, negotiated: negotiated)
        }
    }

    func handle(value: Value, logger: Logger) async {
        do {
            switch try await value.negotiated.get() {
            case .http(let channel): await handleHTTP(asyncChannel: channel, logger: logger)
            case .webSocket: try await value.channel.closeFuture.get()
            }
        } catch {
            logger.debug("a connection ended before it asked for anything: \(error)")
            value.channel.close(promise: nil)
        }
    }

    private func negotiate(_ channel: any Channel, logger: Logger) throws -> EventLoopFuture<Negotiated> {
        let endpoint = endpoint
        let idleTimeout = idleTimeout
        let messageLimit = endpoint.settings.engine.maxPayload
        let queueLimit = endpoint.settings.engine.queueBytes
        let upgrader = NIOTypedWebSocketServerUpgrader<Negotiated>(
            maxFrameSize: messageLimit,
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(HTTPHeaders()) },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    guard let request = Self.request(head) else {
                        throw NIOWebSocketUpgradeError.unsupportedWebSocketTarget
                    }
                    let link = WebSocketLink()
                    try EngineIOFrameHandler.add(
                        to: channel, .server, messageLimit: messageLimit, pendingLimit: queueLimit,
                        onFrame: { frame in if let id = link.id { endpoint.webSocketReceived(id, frame) } },
                        onClosed: { if let id = link.id { endpoint.webSocketClosed(id) } })
                    link.id = endpoint.webSocketOpened(
                        channel, sid: request.sid, version: request.version,
                        address: channel.remoteAddress?.ipAddress ?? "")
                    return .webSocket
                }
            })
        let configuration = NIOTypedHTTPServerUpgradeConfiguration<Negotiated>(upgraders: [upgrader]) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(HTTP1ToHTTPServerCodec(secure: false))
                try channel.pipeline.syncOperations.addHandler(
                    ConnectionEndHandler { endpoint.connectionEnded(channel) })
                channel.closeFuture.whenComplete { _ in endpoint.connectionClosed(channel) }
                try channel.pipeline.syncOperations.addHandler(
                    HTTPConnectionStateHandler(idleTimeout: idleTimeout, logger: logger))
                return .http(
                    try NIOAsyncChannel(
                        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                )
            }
        }
        var pipeline = NIOUpgradableHTTPServerPipelineConfiguration(upgradeConfiguration: configuration)
        pipeline.enablePipelining = false
        pipeline.enableErrorHandling = false
        pipeline.decoderConfiguration.maxHeaderListSize = 16 * 1024
        pipeline.decoderConfiguration.maxHeaderFieldSize = 8 * 1024
        pipeline.decoderConfiguration.maxHeaderFieldCount = 100
        let negotiated = try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
            configuration: pipeline)
        let upgrade = try channel.pipeline.syncOperations.handler(
            type: NIOTypedHTTPServerUpgradeHandler<Negotiated>.self)
        let admission = UpgradeAdmission { head in
            guard let request = Self.request(head) else { return false }
            return endpoint.admitsWebSocket(sid: request.sid, version: request.version)
        }
        try channel.pipeline.syncOperations.addHandler(admission, position: .before(upgrade))
        return negotiated
    }

    private static func request(_ head: HTTPRequestHead) -> SocketIORequest? {
        let (path, query) = SocketIORequest.split(head.uri)
        guard SocketIORequest.isForSocketIO(path: path), head.method == .GET,
            let request = try? SocketIORequest(query: query),
            request.transport == .webSocket, head.headers["Sec-WebSocket-Key"].count == 1,
            head.headers["Sec-WebSocket-Version"] == ["13"]
        else { return nil }
        return request
    }
}

/// The number of a WebSocket at the endpoint, shared by its handler's closures on one event loop.
private final class WebSocketLink {
    var id: UInt64?
}

/// Takes the Upgrade header off a connection's first request unless it asks for a WebSocket that is admitted, so that it is
/// answered as HTTP: as RFC 9110 §7.8 wants for protocols a server does not know, and with a reason for those it refuses.
/// NIO's upgrade handler would lose the request.
private final class UpgradeAdmission: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    private let admits: (HTTPRequestHead) -> Bool

    init(admits: @escaping (HTTPRequestHead) -> Bool) { self.admits = admits }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data), head.headers.contains(name: "Upgrade") else {
            context.fireChannelRead(data)
            return context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        }
        let isWebSocket = head.headers[canonicalForm: "Upgrade"].map { $0.lowercased() } == ["websocket"]
        if !isWebSocket || !admits(head) {
            head.headers.remove(name: "Upgrade")
            head.headers.remove(name: "Connection")
        }
        context.fireChannelRead(wrapInboundOut(.head(head)))
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    /// A connection that has asked for nothing yet does not hold up the server's end.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}

/// Tells when the client ends its side of a connection, also while a request on it waits for its answer.
private final class ConnectionEndHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    private let onEnd: () -> Void

    init(onEnd: @escaping () -> Void) { self.onEnd = onEnd }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { onEnd() }
        context.fireUserInboundEventTriggered(event)
    }
}
