package import Primitives
package import SocketIO

/// The bounds of the Socket.IO server.
package struct SocketIOServerSettings: Sendable {
    package var engine = EngineIOSettings()
    package var socket = SocketIOLimits()
    /// From a generation 4 session's start to its first CONNECT.
    package var connectTimeout = Interval.seconds(10)
    /// Sessions in all, and from one address (a clinic behind one router is one address).
    package var sessions = 2048
    package var sessionsPerAddress = 256
    /// Messages a second a session may send for long, and at once.
    package var messageRate = 100.0
    package var messageBurst = 400.0

    package init() {}
}

/// Why a request is not served, with the code and words that Engine.IO clients know.
package enum SocketIORefusal: Error, Hashable, Sendable {
    case unknownTransport, unknownSession, badMethod, badRequest, unsupportedVersion, tooManySessions

    package var code: Int {
        switch self {
        case .unknownTransport: 0
        case .unknownSession: 1
        case .badMethod: 2
        case .badRequest, .tooManySessions: 3
        case .unsupportedVersion: 5
        }
    }

    package var message: String {
        switch self {
        case .unknownTransport: "Transport unknown"
        case .unknownSession: "Session ID unknown"
        case .badMethod: "Bad handshake method"
        case .badRequest: "Bad request"
        case .unsupportedVersion: "Unsupported protocol version"
        case .tooManySessions: "Too many sessions"
        }
    }
}
