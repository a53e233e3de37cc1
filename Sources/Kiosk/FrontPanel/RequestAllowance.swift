import NIOCore

/// Closes a connection that sends more for one request than a request of the panel can need, before it is parsed.
final class RequestAllowance: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let allowance: Int
    private var left: Int

    init(bytes: Int) { (allowance, left) = (bytes, bytes) }

    /// A request has been served; the next has the whole allowance again.
    func renew() { left = allowance }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        left -= unwrapInboundIn(data).readableBytes
        guard left >= 0 else {
            context.close(promise: nil)
            return
        }
        context.fireChannelRead(data)
    }
}
