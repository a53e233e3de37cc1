import LinuxIO
import Primitives

/// Tells systemd that this process lives, several times within the time it is given and no more often.
final class Watchdog: Sendable {
    private let manager: ServiceManager
    private let toldAt = Gauge(.min / 2)

    init(_ manager: ServiceManager) { self.manager = manager }

    /// Called by one thread, as often as it likes.
    func feed() {
        guard let interval = manager.watchdog else { return }
        let now = MonotonicClock.now().nanoseconds
        guard now - toldAt.current >= interval.nanoseconds / 4 else { return }
        toldAt.set(now)
        manager.notify(["WATCHDOG=1"])
    }
}
