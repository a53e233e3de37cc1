public import NIOCore
public import NIOWebSocket
public import SocketIO

/// The end of a WebSocket's pipeline: whole messages in, messages out, with the protocol's pings and closing handled.
///
/// Owned by its channel and used on its event loop only. A peer that reads too slowly, sends fragments without end, or
/// text that is not UTF-8, loses the connection.
public final class EngineIOFrameHandler: ChannelDuplexHandler {
    public typealias InboundIn = WebSocketFrame
    public typealias InboundOut = Never
    public typealias OutboundIn = EngineIOFrame
    public typealias OutboundOut = WebSocketFrame

    public enum Side: Sendable { case client, server }

    private let side: Side
    private let pendingLimit: Int
    private let onFrame: (EngineIOFrame) -> Void
    private var pending = 0
    private var isClosing = false

    private init(_ side: Side, pendingLimit: Int, onFrame: @escaping (EngineIOFrame) -> Void) {
        (self.side, self.pendingLimit, self.onFrame) = (side, pendingLimit, onFrame)
    }

    /// Adds what a WebSocket's pipeline needs behind the frame codec. Call on the event loop.
    ///
    /// - Parameters:
    ///   - position: where, right behind the frame codec.
    ///   - messageLimit: bytes of one message, its fragments together.
    ///   - pendingLimit: bytes that may wait to be sent.
    ///   - onFrame: each whole message, on the event loop.
    ///   - onClosed: once, when the channel has ended, on the event loop.
    public static func add(
        to channel: any Channel, _ side: Side, position: ChannelPipeline.SynchronousOperations.Position = .last,
        messageLimit: Int, pendingLimit: Int,
        onFrame: @escaping (EngineIOFrame) -> Void, onClosed: @escaping () -> Void
    ) throws {
        try channel.pipeline.syncOperations.addHandlers(
            [
                NIOWebSocketFrameAggregator(
                    minNonFinalFragmentSize: 1, maxAccumulatedFrameCount: 64, maxAccumulatedFrameSize: messageLimit),
                EngineIOFrameHandler(side, pendingLimit: pendingLimit, onFrame: onFrame),
            ], position: position)
        // Not channelInactive: a peer that refuses at once may end the channel before this handler is in it.
        channel.closeFuture.assumeIsolated().whenComplete { _ in onClosed() }
    }

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        let frame = unwrapInboundIn(data)
        let content = frame.unmaskedData
        switch frame.opcode {
        case .text:
            guard let text = String(validating: content.readableBytesView, as: UTF8.self) else {
                return fail(context, .dataInconsistentWithMessage)
            }
            onFrame(.text(text))
        case .binary: onFrame(.binary(Array(content.readableBytesView)))
        case .ping: write(context, .pong, content, promise: nil)
        case .pong: break
        case .connectionClose: context.close(promise: nil)
        default: fail(context, .protocolError)
        }
    }

    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isClosing else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .text(let text): write(context, .text, context.channel.allocator.buffer(string: text), promise: promise)
        case .binary(let bytes):
            write(context, .binary, context.channel.allocator.buffer(bytes: bytes), promise: promise)
        }
    }

    /// Says goodbye before closing; the peer's own goodbye is not waited for.
    public func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if !isClosing { goodbye(context, .normalClosure) }
        context.close(mode: mode, promise: promise)
    }

    public func channelInactive(context: ChannelHandlerContext) {
        isClosing = true
        context.fireChannelInactive()
    }

    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed, is ChannelShouldQuiesceEvent: close(context: context, mode: .all, promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    public func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(context, error is NIOWebSocketFrameAggregator.Error ? .messageTooLarge : .protocolError)
    }

    private func fail(_ context: ChannelHandlerContext, _ code: WebSocketErrorCode) {
        if !isClosing { goodbye(context, code) }
        context.close(promise: nil)
    }

    private func goodbye(_ context: ChannelHandlerContext, _ code: WebSocketErrorCode) {
        var content = context.channel.allocator.buffer(capacity: 2)
        content.write(webSocketErrorCode: code)
        write(context, .connectionClose, content, promise: nil)
        isClosing = true
    }

    private func write(
        _ context: ChannelHandlerContext, _ opcode: WebSocketOpcode, _ content: ByteBuffer,
        promise: EventLoopPromise<Void>?
    ) {
        let count = content.readableBytes
        pending += count
        guard pending <= pendingLimit else {
            // Sending it a reason would wait in the same queue.
            isClosing = true
            promise?.fail(ChannelError.writeMessageTooLarge)
            return context.close(promise: nil)
        }
        let frame = WebSocketFrame(
            fin: true, opcode: opcode, maskKey: side == .client ? WebSocketMaskingKey.random() : nil, data: content)
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [self] _ in pending -= count }
        context.writeAndFlush(wrapOutboundOut(frame), promise: written)
    }
}
