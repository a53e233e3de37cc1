import LinuxIO
import Primitives

/// How a media thread sleeps until it is signalled or a moment comes. Owned by that thread; the `EventFD` is others'.
struct Waiter: ~Copyable {
    private var set: EpollSet

    init(_ signal: EventFD) throws(SystemError) {
        let set = try EpollSet()
        try set.add(signal, tag: 0)
        self.set = set
    }

    /// Returns when signalled, at once if that was since the last call, or at `deadline`.
    mutating func wait(until deadline: Instant, now: Instant) {
        let timeout = deadline == .distantFuture ? nil : max(.zero, deadline - now)
        // An error here can only be a wrong descriptor; sleeping on would stop the thread, so it goes round its loop.
        try? set.wait(timeout: timeout)
    }
}
