import NIOCore
import NIOHTTP1
import Primitives

/// One connection to the front panel: reads a request, answers it or becomes a stream.
final class PanelHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    let stage: PanelStage
    private let allowance: RequestAllowance
    private var head: HTTPRequestHead?
    private var deadline: Scheduled<Void>?
    /// Set once the connection only sends: pictures or events.
    var stream: PanelStream?

    init(stage: PanelStage, allowance: RequestAllowance) { (self.stage, self.allowance) = (stage, allowance) }

    func channelActive(context: ChannelHandlerContext) {
        expectRequest(context, within: stage.limits.patience)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        stream?.end()
        stream = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard stream == nil else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            expectRequest(context, within: stage.limits.patience)
        case .body: break  // no request has a body that matters; its size is within the allowance
        case .end:
            deadline?.cancel()
            deadline = nil
            guard let head else { return }
            self.head = nil
            allowance.renew()
            serve(head, context)
        }
    }

    /// A request that trickles in, or none at all, does not keep a connection.
    private func expectRequest(_ context: ChannelHandlerContext, within patience: Interval) {
        deadline?.cancel()
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(patience.nanoseconds)) {
            context.close(promise: nil)
        }
    }

    private func serve(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        if let refusal = stage.access.refusal(of: head) {
            let (status, text): (HTTPResponseStatus, String) =
                switch refusal {
                case .noHost: (.badRequest, "a Host header is needed")
                case .foreignHost: (.misdirectedRequest, "the front panel is not known by that name")
                case .foreignOrigin: (.forbidden, "another site's page may not press buttons here")
                }
            return answer(head, context, .text(status, text))
        }
        let path = head.uri.prefix { $0 != "?" }
        switch (head.method, path) {
        case (.GET, "/display.mjpeg"): startStream(.pictures, head, context)
        case (.GET, "/events"): startStream(.events, head, context)
        case (.GET, _): answer(head, context, PanelAnswer(get: String(path), from: stage))
        case (.POST, _): answer(head, context, press(path, context))
        default: answer(head, context, .text(.methodNotAllowed, "GET, and POST for buttons"))
        }
    }

    private func press(_ path: Substring, _ context: ChannelHandlerContext) -> PanelAnswer {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isEmpty, parts[1] == "button",
            let action = ButtonAction(rawValue: String(parts[3])),
            stage.act(action, on: String(parts[2]))
        else { return .json(.notFound, #"{"error":"there is no such button or action"}"#) }
        if action == .press {
            let stage = stage
            context.eventLoop.scheduleTask(in: .nanoseconds(stage.limits.longestHold.nanoseconds)) {
                stage.releaseForgotten(now: stage.clock())
            }
        }
        return .json(.ok, #"{"button":\#(PanelJSON.text(String(parts[2]))),"action":"\#(action.rawValue)"}"#)
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext, _ answer: PanelAnswer) {
        var headers = PanelAnswer.commonHeaders
        headers.add(name: "content-type", value: answer.type)
        headers.add(name: "content-length", value: String(answer.body.readableBytes))
        if answer.status == .methodNotAllowed { headers.add(name: "allow", value: "GET, POST") }
        let keepsAlive = head.isKeepAlive && answer.status.code < 400
        if !keepsAlive { headers.add(name: "connection", value: "close") }
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: head.version, status: answer.status, headers: headers))),
            promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil)
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
        if keepsAlive {
            expectRequest(context, within: stage.limits.rest)
        } else {
            written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        }
    }
}
