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
            shouldUpgrade: { channel, head in
                let headers = Self.request(head).flatMap { request in
                    endpoint.admitsWebSocket(sid: request.sid, version: request.version) ? HTTPHeaders() : nil
                }
                return channel.eventLoop.makeSucceededFuture(headers)
            },
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
        return try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(configuration: pipeline)
    }

    private static func request(_ head: HTTPRequestHead) -> SocketIORequest? {
        let (path, query) = SocketIORequest.split(head.uri)
        guard SocketIORequest.isForSocketIO(path: path), head.method == .GET,
            let request = try? SocketIORequest(query: query),
            request.transport == .webSocket
        else { return nil }
        return request
    }
}

/// The number of a WebSocket at the endpoint, shared by its handler's closures on one event loop.
private final class WebSocketLink {
    var id: UInt64?
}
