import NIOCore
import NIOHTTP1
import Primitives

/// A connection that only sends: moving pictures or events. Looks for news at a fixed pace and sends when there are any
/// and the viewer has taken the last; what a slow viewer misses is not kept for it.
final class PanelStream {
    typealias Kind = PanelStage.StreamKind

    private let kind: Kind
    private let stage: PanelStage
    private let context: ChannelHandlerContext
    private var next: Scheduled<Void>?
    private var sent: UInt64?
    private var sentAt: Instant
    /// The picture of `sent` has been sent twice.
    private var isRepeated = false
    private var stuckSince: Instant?
    private var hasEnded = false

    static let boundary = "callpoint-frame"

    init(_ kind: Kind, stage: PanelStage, context: ChannelHandlerContext) {
        (self.kind, self.stage, self.context) = (kind, stage, context)
        sentAt = stage.clock()
    }

    /// At most fifteen pictures or ten events a second.
    private var pace: TimeAmount { kind == .pictures ? .nanoseconds(66_666_667) : .milliseconds(100) }

    func start() {
        if kind == .pictures { write("--\(Self.boundary)\r\n") }
        step()
    }

    func end() {
        guard !hasEnded else { return }
        hasEnded = true
        next?.cancel()
        stage.ended(kind)
    }

    private func step() {
        guard !hasEnded else { return }
        let now = stage.clock()
        if context.channel.isWritable {
            stuckSince = nil
            sendNews(now)
        } else if let since = stuckSince {
            guard now - since < stage.limits.patience else { return context.close(promise: nil) }
        } else {
            stuckSince = now
        }
        next = context.eventLoop.assumeIsolated().scheduleTask(in: pace) { [weak self] in self?.step() }
    }

    private func sendNews(_ now: Instant) {
        switch kind {
        case .pictures:
            // A browser shows a picture when the next begins, so the last of a run goes out twice.
            guard let (jpeg, serial) = stage.photograph(newerThan: isRepeated ? sent : nil) else { return }
            isRepeated = serial == sent
            sent = serial
            write("Content-Type: image/jpeg\r\nContent-Length: \(jpeg.readableBytes)\r\n\r\n", flushes: false)
            write(jpeg, flushes: false)
            write("\r\n--\(Self.boundary)\r\n")
        case .events:
            if let (json, version) = stage.facts(newerThan: sent) {
                (sent, sentAt) = (version, now)
                write("data: \(json)\n\n")
            } else if now - sentAt >= .seconds(10) {
                sentAt = now
                write(": still here\n\n")
            }
        }
    }

    private func write(_ text: String, flushes: Bool = true) { write(ByteBuffer(string: text), flushes: flushes) }

    private func write(_ bytes: ByteBuffer, flushes: Bool) {
        let part = NIOAny(HTTPServerResponsePart.body(.byteBuffer(bytes)))
        if flushes { context.writeAndFlush(part, promise: nil) } else { context.write(part, promise: nil) }
    }
}

extension PanelHandler {
    func startStream(_ kind: PanelStream.Kind, _ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        var headers = PanelAnswer.commonHeaders
        guard stage.admit(kind) else {
            headers.add(name: "retry-after", value: "5")
            headers.add(name: "content-length", value: "0")
            headers.add(name: "connection", value: "close")
            let refusal = HTTPResponseHead(version: head.version, status: .serviceUnavailable, headers: headers)
            context.write(wrapOutboundOut(.head(refusal)), promise: nil)
            let written = context.eventLoop.makePromise(of: Void.self)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
            written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
            return
        }
        let type =
            kind == .events ? "text/event-stream" : "multipart/x-mixed-replace; boundary=\(PanelStream.boundary)"
        headers.add(name: "content-type", value: type)
        let answer = HTTPResponseHead(version: head.version, status: .ok, headers: headers)
        context.writeAndFlush(wrapOutboundOut(.head(answer)), promise: nil)
        let stream = PanelStream(kind, stage: stage, context: context)
        self.stream = stream
        stream.start()
    }
}
