import Glibc
import LinuxIO

/// SIGTERM and SIGINT as the end of a task instead of the process.
public enum TerminationSignals {
    /// Runs `body` and cancels it at the first signal; a second one ends the process.
    ///
    /// To be called before there are other threads, which inherit the mask set here.
    public static func cancelling(_ body: @escaping @Sendable () async -> Int32) async -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let task = Task { await body() }
        let thread = try? MediaThread(name: "signals") { [signals] in Self.wait(signals) { task.cancel() } }
        // Without the thread the signals have to end the process as they do by themselves.
        if thread == nil { pthread_sigmask(SIG_UNBLOCK, &signals, nil) }
        return await task.value
    }

    private static func wait(_ signals: sigset_t, then cancel: () -> Void) {
        var set = signals
        var number: Int32 = 0
        sigwait(&set, &number)
        cancel()
        sigwait(&set, &number)
        _exit(128 + number)
    }
}
