import LinuxIO
import Primitives

/// Tells of this host's addresses whenever they, or the routes out of it, have become others. Owns a thread that waits for the
/// kernel.
final class NetworkMonitor: Sendable {
    private let thread: MediaThread
    private let signal: EventFD

    /// - Parameter tell: called on the thread, once the changes have paused for 200 ms or gone on for two seconds.
    init(_ tell: @escaping @Sendable ([IPAddress]) -> Void) throws(SystemError) {
        let signal = try EventFD()
        self.signal = signal
        thread = try MediaThread(name: "addresses") {
            guard let watch = try? AddressWatch(), var set = try? EpollSet(), (try? set.add(signal, tag: 1)) != nil,
                (try? set.add(watch.raw, tag: 0)) != nil
            else { return }
            var known = Self.network
            while true {
                guard (try? set.wait(timeout: nil)) != nil, !Self.isOver(set) else { return }
                // An interface that comes up has one change follow another.
                let end = MonotonicClock.now() + .seconds(2)
                while set.count > 0, MonotonicClock.now() < end {
                    guard (try? watch.changes()) != nil, (try? set.wait(timeout: .milliseconds(200))) != nil else {
                        return
                    }
                    if Self.isOver(set) { return }
                }
                let now = Self.network
                guard now != known else { continue }
                known = now
                tell(now.addresses)
            }
        }
    }

    /// Ends the thread and waits for its end.
    func stop() {
        signal.signal()
        thread.join()
    }

    private static func isOver(_ set: borrowing EpollSet) -> Bool {
        for index in 0..<set.count where set[index] == 1 { return true }
        return false
    }

    private static var network: Network {
        let filter = InterfaceFilter(excluded: [])
        let addresses = (try? NetworkInterfaces.addresses(includingLoopback: true, filter: filter)) ?? []
        return Network(addresses: addresses.map(\.address), routes: (try? NetworkInterfaces.defaultRoutes()) ?? [])
    }

    private struct Network: Equatable {
        var addresses: [IPAddress]
        var routes: Set<DefaultRoute>
    }
}
