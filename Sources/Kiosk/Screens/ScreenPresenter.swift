public import Devices
public import LinuxIO
public import Primitives
import Synchronization

/// Shows a screen on a real display, on a thread of its own, for as long as there is one.
///
/// The display is tried every second until it opens, and again when it has gone; the screen takes its size. Without one,
/// everything else goes on. The thread waits for news of the screen, the vertical blank, and the time when the screen will
/// look otherwise by itself: a screen that rests costs one look at the connector each second.
public final class ScreenPresenter: Sendable {
    private let wake: EventFD
    private let ends = Atomic(false)
    private let beat = Gauge(MonotonicClock.now().nanoseconds)
    private let thread = Mutex<MediaThread?>(nil)

    /// - Parameters:
    ///   - report: told when a display shows the screen, and when and why it does not. On the display's thread.
    public init(
        of screen: VirtualDisplay, on displays: any DisplayBackend,
        report: @escaping @Sendable (DisplayCondition) -> Void
    ) throws(SystemError) {
        let wake = try EventFD()
        self.wake = wake
        let waits = try EpollSet()
        try waits.add(wake, tag: 0)
        let pending = Mutex<EpollSet?>(consume waits)
        screen.watch { wake.signal() }
        let thread = try MediaThread(name: "display") { [self] in
            guard var waits = pending.withLock({ $0.take() }) else { return }
            var loop = PresenterLoop(screen: screen, displays: displays, report: report)
            var watched: Int32?
            while !ends.load(ordering: .acquiring) {
                let now = MonotonicClock.now()
                beat.set(now.nanoseconds)
                let next = loop.step(at: now)
                if watched != loop.descriptor {
                    if let watched { waits.remove(watched) }
                    watched = loop.descriptor
                    if let watched { try? waits.add(watched, tag: 1) }
                }
                let left = next - MonotonicClock.now()
                try? waits.wait(timeout: left > .zero ? left : .zero)
            }
            loop.close()
        }
        self.thread.withLock { $0 = thread }
    }

    /// When the thread last went round its loop, which it does once a second at the least.
    public var beatAt: Instant { Instant(nanoseconds: beat.current) }

    /// Closes the display and ends the thread. Blocks until that is done.
    public func stop() {
        ends.store(true, ordering: .releasing)
        wake.signal()
        thread.withLock { $0 }?.join()
    }
}

/// Whether there is a display.
public enum DisplayCondition: Equatable, Sendable {
    case shows(name: String, mode: DisplayMode)
    case dark(DeviceError)
}
