package import Primitives
package import SignallingMessages
package import SocketIO

/// One client's socket in one namespace.
package struct SocketID: Hashable, Sendable {
    /// The Engine.IO session that carries it.
    package var session: String
    package var namespace: String
    /// The socket's own id, which clients know each other by.
    package var sid: String

    package init(session: String, namespace: String, sid: String) {
        (self.session, self.namespace, self.sid) = (session, namespace, sid)
    }
}

/// What is served over Socket.IO: a value that takes events and says what to send. Called by `SocketIOServerMachine`.
package protocol SocketIOApplication: Sendable {
    /// The namespaces a client may connect to.
    var namespaces: Set<String> { get }
    mutating func connected(_ socket: SocketID, auth: JSONValue?, now: Instant)
    mutating func received(_ event: SocketIOPacket, from socket: SocketID, now: Instant)
    mutating func disconnected(_ socket: SocketID, now: Instant)
    /// When `advance` is due.
    var deadline: Instant { get }
    mutating func advance(to now: Instant)
    /// Called until nil after each of the above.
    mutating func poll(now: Instant) -> SocketIOApplicationOutput?
}

package enum SocketIOApplicationOutput: Sendable {
    /// To the session's socket in the packet's namespace.
    case send(session: String, SocketIOPacket)
    case acknowledge(session: String, SocketIOPacket, [JSONValue], attachments: [[UInt8]])
    /// End the socket from this side.
    case disconnect(session: String, namespace: String)
}
