import Glibc
public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
public import Primitives
public import Screens

/// kioskd's own page for a virtual board: the screen, the button, the lights and the speaker of a kiosk in a browser.
///
/// Paths: `/`, `/display.mjpeg`, `/display.png`, `/display.jpg`, `/state.json`, `/events`, `POST /button/<name>/press`,
/// `…/release`, `…/long`. One event-loop thread; connections, streams, requests and waiting bytes are bounded.
public final class FrontPanelServer: Sendable {
    /// What people do to the panel, for one listener. Bounded: when nobody listens, the oldest is dropped.
    public var inputs: AsyncStream<PanelInput> { stage.inputs }
    /// The port it listens on, which is of interest where 0 was asked for.
    public let port: Int

    private let stage: PanelStage
    private let group: MultiThreadedEventLoopGroup

    private init(port: Int, stage: PanelStage, group: MultiThreadedEventLoopGroup) {
        (self.port, self.stage, self.group) = (port, stage, group)
    }

    /// Listens on `host:port` and serves until `stop()`.
    /// - Parameters:
    ///   - host: an address or the name of one; names in requests other than it, "localhost", the machine's own and
    ///     plain addresses are refused, so that no foreign page can reach the panel through a name of its own.
    ///   - display: what the screen shows.
    ///   - clock: now, on the clock that the display's scenes are stamped with. Any thread.
    public static func start(
        host: String, port: Int, display: VirtualDisplay, clock: @escaping @Sendable () -> Instant, logger: Logger,
        limits: PanelLimits = PanelLimits()
    ) async throws(FrontPanelError) -> FrontPanelServer {
        let stage = PanelStage(
            display: display, clock: clock, access: PanelAccess(hostNames: ["localhost", host, machineName()]),
            limits: limits)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 32)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 16 * 1024, high: 128 * 1024))
            .childChannelInitializer { channel in
                guard stage.admitConnection() else { return channel.close() }
                channel.closeFuture.whenComplete { _ in stage.connectionEnded() }
                return channel.eventLoop.makeCompletedFuture {
                    let allowance = RequestAllowance(bytes: limits.requestBytes)
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(allowance)
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                    try pipeline.addHandler(PanelHandler(stage: stage, allowance: allowance))
                }
            }
        do {
            let channel = try await bootstrap.bind(host: host, port: port).get()
            let bound = channel.localAddress?.port ?? port
            logger.debug("front panel listens", metadata: ["address": "http://\(host):\(bound)/"])
            return FrontPanelServer(port: bound, stage: stage, group: group)
        } catch {
            try? await group.shutdownGracefully()
            if let failure = error as? IOError, failure.errnoCode == EADDRINUSE {
                throw .addressInUse(host: host, port: port)
            }
            throw .cannotListen(host: host, port: port, reason: "\(error)")
        }
    }

    /// Replaces the facts shown. Cheap: viewers are told at most ten times a second.
    public func publish(_ snapshot: PanelSnapshot) { stage.publish(snapshot) }

    /// Closes every connection and ends `inputs`.
    public func stop() async {
        stage.end()
        try? await group.shutdownGracefully()
    }

    private static func machineName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// How much the front panel serves at once.
public struct PanelLimits: Sendable {
    public var connections = 48
    /// Viewers of moving pictures and of events, each.
    public var streams = 8
    /// Bytes of one request, head and body.
    public var requestBytes = 16 * 1024
    /// A request must be whole within this, and a stream must have taken what was written to it.
    public var patience = Interval.seconds(10)
    /// A connection may rest between requests for this long.
    public var rest = Interval.seconds(30)
    /// A button held this long by a page that has gone is let go.
    public var longestHold = Interval.seconds(15)

    public init() {}
}
