import Glibc
import LinuxIO
import Synchronization

/// SIGTERM and SIGINT as the end of a task instead of the process.
public enum TerminationSignals {
    /// Where the handler writes, which may do little more than that.
    private static let pipe = Atomic<Int32>(-1)

    /// Runs `body` and cancels it at the first signal; a second one ends the process.
    public static func cancelling(_ body: @escaping @Sendable () async -> Int32) async -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        let task = Task { await body() }
        var ends: [Int32] = [-1, -1]
        let made = Glibc.pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let readEnd = ends[0]
        // Without the thread the signals end the process, as they do by themselves.
        if made == 0, (try? MediaThread(name: "signals") { wait(readEnd) { task.cancel() } }) != nil {
            pipe.store(ends[1], ordering: .releasing)
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { number in
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(TerminationSignals.pipe.load(ordering: .acquiring), &byte, 1)
            }
            action.sa_flags = SA_RESTART
            for number in [SIGTERM, SIGINT] { sigaction(number, &action, nil) }
        }
        return await task.value
    }

    private static func wait(_ descriptor: Int32, then cancel: () -> Void) {
        var byte: UInt8 = 0
        while read(descriptor, &byte, 1) != 1 {}
        cancel()
        while read(descriptor, &byte, 1) != 1 {}
        _exit(128 + Int32(byte))
    }
}
