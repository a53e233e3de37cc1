import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import SocketIO

/// One connection: HTTP for Hummingbird, until the client asks for a WebSocket.
struct SwitchboardChannel<Application: SocketIOApplication>: HTTPChannelHandler {
    struct Value: ServerChildChannelValue {
        let http: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
        var channel: any Channel { http.channel }
    }

    let responder: Responder
    let endpoint: SocketIOEndpoint<Application>
    /// Without a request for so long, a connection is closed.
    let idleTimeout: Duration

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let endpoint = endpoint
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderListSize = 16 * 1024
            limits.maxHeaderFieldSize = 8 * 1024
            limits.maxHeaderFieldCount = 100
            let encoder = HTTPResponseEncoder()
            // A client may speak its new protocol before it has our consent.
            let decoder = ByteToMessageHandler(
                HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits))
            let validator = NIOHTTPResponseHeadersValidator()
            let codec = HTTP1ToHTTPServerCodec(secure: false)
            let end = ConnectionEndHandler { endpoint.connectionEnded(channel) }
            let idle = HTTPConnectionStateHandler(idleTimeout: idleTimeout, logger: logger)
            // What talks to Hummingbird stays, and sleeps: removed, it would close the connection.
            let upgrade = WebSocketUpgradeHandler(
                endpoint: endpoint, before: [encoder, decoder, validator], after: [codec, end, idle])
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandlers([encoder, decoder, validator, upgrade, codec, end, idle])
            channel.closeFuture.whenComplete { _ in endpoint.connectionClosed(channel) }
            return Value(
                http: try NIOAsyncChannel(
                    wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true)))
        }
    }

    func handle(value: Value, logger: Logger) async {
        await handleHTTP(asyncChannel: value.http, logger: logger)
    }
}

/// Tells when the client ends its side of a connection, also while a request on it waits for its answer.
private final class ConnectionEndHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    private let onEnd: () -> Void

    init(onEnd: @escaping () -> Void) { self.onEnd = onEnd }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { onEnd() }
        context.fireUserInboundEventTriggered(event)
    }
}
