/// What was done to the panel.
public enum PanelInput: Equatable, Sendable {
    case pressed(button: String)
    case released(button: String)
    /// Held for as long as the board calls long. Comes alone from `POST /button/<name>/long`; a button held on the
    /// page gives `pressed` and later `released`, and how long that was is the listener's to judge.
    case long(button: String)
}

/// Why the front panel could not start.
public enum FrontPanelError: Error, Equatable, Sendable, CustomStringConvertible {
    case addressInUse(host: String, port: Int)
    case cannotListen(host: String, port: Int, reason: String)

    public var description: String {
        switch self {
        case .addressInUse(let host, let port):
            "the front panel cannot listen on \(host):\(port): the port is taken; "
                + "stop the other program or set another panel.listen in the board file"
        case .cannotListen(let host, let port, let reason):
            "the front panel cannot listen on \(host):\(port): \(reason)"
        }
    }
}
