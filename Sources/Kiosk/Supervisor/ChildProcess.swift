import Glibc
import LinuxIO
import Primitives

/// A process of ours with one end of a socket pair as its descriptor 3.
///
/// It has a process group of its own, so that Ctrl-C reaches only us and the child ends when we say so; should we die,
/// the end of its socket tells it.
final class ChildProcess: Sendable {
    let socket: SeqPacketSocket
    let pid: pid_t

    /// - Throws: why it could not be started.
    init(executable: String, arguments: [String]) throws(SystemError) {
        let (ours, theirs) = try SeqPacketSocket.pair()
        socket = ours
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        // Also takes close-on-exec off, should the number already be 3.
        posix_spawn_file_actions_adddup2(&actions, theirs.raw, 3)
        // Nothing else of ours: a child that held the panel's socket would keep the next kioskd from its port.
        actions.closeEverything(from: 4)
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

        var argv: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var child: pid_t = 0
        let error = posix_spawn(&child, executable, &actions, &attributes, &argv, environ)
        guard error == 0 else { throw SystemError(errno: error, operation: "start \(executable)") }
        pid = child
    }

    /// At once; its socket ends.
    func kill() { _ = Glibc.kill(pid, SIGKILL) }

    /// Waits for its end, and makes one after `patience`. Blocks the calling thread; once, after the socket has ended.
    /// - Returns: how it ended, in words.
    func reap(patience: Interval) -> String {
        let deadline = MonotonicClock.now() + patience
        var status: Int32 = 0
        while true {
            let result = waitpid(pid, &status, WNOHANG)
            if result == pid { break }
            if result < 0, errno != EINTR { return "gone" }
            if MonotonicClock.now() >= deadline { kill() }
            MonotonicClock.sleep(until: MonotonicClock.now() + .milliseconds(5))
        }
        let signal = status & 0x7F
        return signal == 0 ? "exit status \((status >> 8) & 0xFF)" : "signal \(signal)"
    }
}
