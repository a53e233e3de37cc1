import Glibc
import LinuxIO
import Primitives

/// One kiosk-mediad and the socket to it: a child of ours, or one that systemd has started.
protocol MediaProcess: Sendable {
    var socket: SeqPacketSocket { get }
    /// Makes an end of it, as far as we can, at once: its socket ends.
    func kill()
    /// Waits for its end once the socket has ended. Blocks; once. - Returns: how it ended, in words.
    func reap() -> String
}

extension ChildProcess: MediaProcess {
    func reap() -> String { reap(patience: .seconds(2)) }
}

/// A kiosk-mediad behind a socket that systemd listens at, and starts it for whoever connects.
///
/// We may not signal it. One that hangs is left alone with its socket shut down: it does not feed its own watchdog, and
/// systemd ends it and starts the next for the connection that waits by then.
struct ActivatedProcess: MediaProcess {
    let socket: SeqPacketSocket

    init(path: String) throws(SystemError) { socket = try SeqPacketSocket.connect(path: path) }

    func kill() { socket.shutdown() }
    func reap() -> String { "its connection ended" }
}
