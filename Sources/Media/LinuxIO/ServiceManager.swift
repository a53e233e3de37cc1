import Glibc
public import Primitives

/// What systemd gives a service and wants to hear of it, by the protocols of sd_notify(3), sd_listen_fds(3) and
/// systemd.exec(5), which need no library: variables, one datagram, descriptors from 3 on.
///
/// Outside systemd nothing is given and nothing is said. Any thread.
public struct ServiceManager: Sendable {
    /// How often the manager must hear `WATCHDOG=1`; nil if it does not wait for it.
    public let watchdog: Interval?
    /// How many listening sockets were passed, as descriptors from `firstListener` on.
    public let listeners: Int
    public static let firstListener: Int32 = 3

    private let address: String?
    private let credentials: String?

    /// - Parameters:
    ///   - environment: looks a variable up.
    ///   - pid: this process; what is meant for another is not taken.
    public init(environment: (String) -> String?, pid: Int32) {
        func isOurs(_ variable: String) -> Bool { environment(variable).map { $0 == String(pid) } ?? true }
        address = environment("NOTIFY_SOCKET").flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
        let microseconds = environment("WATCHDOG_USEC").flatMap { Int64($0) } ?? 0
        watchdog =
            microseconds > 0 && microseconds < Int64.max / 1000 && isOurs("WATCHDOG_PID")
            ? .nanoseconds(microseconds * 1000) : nil
        let count = environment("LISTEN_FDS").flatMap { Int($0) } ?? 0
        listeners = environment("LISTEN_PID") == String(pid) && (1...64).contains(count) ? count : 0
        credentials = environment("CREDENTIALS_DIRECTORY").flatMap { $0.hasPrefix("/") ? $0 : nil }
    }

    /// The manager of this process. What is in the environment for us alone is taken out of it, so that no child of ours
    /// believes itself meant. Once, before there are other threads.
    public static func takeFromEnvironment() -> ServiceManager {
        let manager = ServiceManager(
            environment: { name in getenv(name).map { String(cString: $0) } }, pid: getpid())
        for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"] {
            unsetenv(name)
        }
        return manager
    }

    /// Where the credential `name` lies; nil if there are none or `name` is not the name of a file.
    public func credential(_ name: String) -> String? {
        guard let credentials, !name.isEmpty, !name.contains("/"), name != ".", name != ".." else { return nil }
        return credentials + "/" + name
    }

    /// Says `lines`, such as "READY=1"; never waits. A line break inside a line is taken out.
    /// - Returns: false if nobody has taken it.
    @discardableResult
    public func notify(_ lines: [String]) -> Bool {
        guard let address, var name = sockaddr_un(notify: address) else { return false }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let text = lines.map { String($0.map { $0.isNewline ? " " : $0 }) }.joined(separator: "\n")
        let bytes = Array(text.utf8)
        // The length counts: an abstract name ends where its bytes end, not at a zero.
        let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        let length = socklen_t(offset + address.utf8.count)
        let sent = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
                sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT), target, length)
            }
        }
        return sent == bytes.count
    }
}

extension sockaddr_un {
    /// A path, or with a leading `@` an abstract name.
    fileprivate init?(notify address: String) {
        self.init(path: address)
        guard address.hasPrefix("@") else { return }
        sun_path.0 = 0
    }
}
