public import Devices
public import LinuxIO
public import Primitives
import Synchronization

/// Buttons, lamps, privacy switch and relay on GPIO lines: a thread that takes the lines, waits for edges and times, and
/// leaves every decision to `PanelLogic`.
///
/// A line that is not there, or goes, is tried again every second while the others work. The thread goes round its loop
/// once a second at the least.
public final class GPIOPanel: Sendable {
    /// One consumer. Bounded: when nobody listens, the oldest is dropped.
    public let events: AsyncStream<PanelEvent>
    /// What is known before any line has been looked at.
    public let initialState: PanelState
    private let desk: PanelDesk
    private let thread: MediaThread

    /// Starts at once.
    /// - Parameters:
    ///   - lines: at most one of each role.
    ///   - debounce: 5–30 ms.
    /// - Throws: only if there is no thread to be had; lines that are not there are said by `events`.
    public convenience init(lines: [PanelLine], debounce: Interval) throws(SystemError) {
        try self.init(lines: lines, debounce: debounce) { _ in }
    }

    /// - Parameter heard: told of every event as well, on the panel's thread.
    public init(
        lines: [PanelLine], debounce: Interval, heard: @escaping @Sendable (PanelEvent) -> Void
    ) throws(SystemError) {
        let (events, sink) = AsyncStream.makeStream(of: PanelEvent.self, bufferingPolicy: .bufferingNewest(256))
        let desk = try PanelDesk()
        self.events = events
        initialState = PanelLogic(lines: lines, debounce: debounce, now: .zero).state
        self.desk = desk
        let epoll = Mutex<EpollSet?>(try EpollSet())
        thread = try MediaThread(name: "gpio-panel") {
            guard let set = epoll.withLock({ $0.take() }) else { return }
            let loop = PanelLoop(lines: lines, debounce: debounce, desk: desk, epoll: set) { event in
                sink.yield(event)
                heard(event)
            }
            loop.run()
            sink.finish()
        }
    }

    public func show(_ lamps: PanelLamps) {
        desk.lamps.withLock { $0 = lamps }
        desk.signal.signal()
    }

    /// When the thread last went round its loop.
    public var beatAt: Instant { Instant(nanoseconds: desk.beat.current) }

    /// Turns every output off and gives the lines back. Once; waits for the thread.
    public func stop() {
        desk.isStopping.store(true, ordering: .releasing)
        desk.signal.signal()
        thread.join()
    }
}

/// What the panel's thread shares with others.
final class PanelDesk: Sendable {
    let lamps = Mutex(PanelLamps())
    let signal: EventFD
    let isStopping = Atomic<Bool>(false)
    let beat = Gauge()

    init() throws(SystemError) { signal = try EventFD() }
}
