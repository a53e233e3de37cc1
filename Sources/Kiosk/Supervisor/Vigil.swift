import LinuxIO
import Logging
import Primitives
import Synchronization

/// Tells systemd that kioskd lives: as long as each of its loops goes round, and no longer.
struct Vigil: Sendable {
    /// A loop, and what returns once it has gone round.
    typealias Loop = (name: String, pulse: @Sendable () async -> Void)

    let manager: ServiceManager
    let clock: any SupervisorClock
    let logger: Logger

    /// Until the task is cancelled.
    func run(_ loops: [Loop]) async {
        guard let interval = manager.watchdog else { return }
        let (clock, manager) = (clock, manager)
        let watch = Beats(LoopWatch(loops.map(\.name), now: clock.now()))
        let pace = min(.seconds(1), Interval.nanoseconds(interval.nanoseconds / 4))
        await withTaskGroup(of: Void.self) { group in
            for loop in loops {
                group.addTask {
                    while !Task.isCancelled {
                        await loop.pulse()
                        watch.value.withLock { $0.beat(loop.name, at: clock.now()) }
                        do { try await clock.sleep(until: clock.now() + .seconds(1)) } catch { return }
                    }
                }
            }
            group.addTask {
                var told: [String] = []
                while !Task.isCancelled {
                    let stuck = watch.value.withLock { $0.stuck(at: clock.now()) }
                    if stuck.isEmpty {
                        manager.notify(["WATCHDOG=1"])
                    } else if stuck != told {
                        logger.critical("loops stand still", metadata: ["loops": "\(stuck.joined(separator: " "))"])
                    }
                    told = stuck
                    do { try await clock.sleep(until: clock.now() + pace) } catch { return }
                }
            }
        }
    }

    private final class Beats: Sendable {
        let value: Mutex<LoopWatch>
        init(_ watch: LoopWatch) { value = Mutex(watch) }
    }
}
