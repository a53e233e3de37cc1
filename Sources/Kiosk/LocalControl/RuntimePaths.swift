import Glibc

/// Where a kiosk's files are, so that several kiosks run on one machine by their environment alone.
public enum RuntimePaths {
    /// `$XDG_RUNTIME_DIR`, else /run/kiosk: sockets.
    public static var runtimeDirectory: String { directory("XDG_RUNTIME_DIR") ?? "/run/kiosk" }
    /// `$XDG_STATE_HOME`, else /var/lib/kiosk: what outlives the process.
    public static var stateDirectory: String { directory("XDG_STATE_HOME") ?? "/var/lib/kiosk" }
    /// kioskd's socket for kioskctl.
    public static var controlSocket: String { runtimeDirectory + "/kioskd.sock" }

    /// Where systemd listens for kiosk-mediad, if it does.
    public static var mediaSocket: String { runtimeDirectory + "/kiosk-mediad.sock" }

    /// The XDG specification has relative paths ignored.
    private static func directory(_ variable: String) -> String? {
        guard let value = getenv(variable) else { return nil }
        let path = String(cString: value)
        return path.hasPrefix("/") ? path : nil
    }

    /// Makes `path` and what is missing above it, for this user alone.
    /// - Returns: nil, or why there is no such directory.
    public static func make(_ path: String) -> String? {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o700) != 0, errno != EEXIST, errno != EISDIR {
                return "\(made): \(String(cString: strerror(errno)))"
            }
        }
        guard access(path, W_OK | X_OK) == 0 else { return "\(path): \(String(cString: strerror(errno)))" }
        return nil
    }
}
