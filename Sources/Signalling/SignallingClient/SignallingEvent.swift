public import Primitives
public import SignallingMessages

/// What kind of server is at the other end: one of ours, with the `callpoint:` extension, or one as the ancestor runs.
public enum ServerKind: Hashable, Sendable { case callpoint, ancestor }

/// What the supervisor is told. Echoes of the client's own messages are never among these.
public enum SignallingEvent: Hashable, Sendable {
    /// The connection stands. Nobody can be reached before `joined`.
    case connected(server: ServerKind)
    /// The connection, and with it the room, is gone; the client is already on its way to the next one.
    /// A call's media do not depend on it.
    case disconnected(reason: String)
    /// In the room; the others in it.
    case joined([User])
    /// The others in the room have changed.
    case users([User])
    /// The room is full; the next attempt comes by itself.
    case roomFull(retryIn: Interval)
    /// The servers of the call that the next event is about.
    case iceServers(ICEServerList)
    case incomingCall(User)
    case cancelled(User)
    case rejected(User, reason: CallSignal.RejectReason?)
    case answered(User)
    case hungUp(User)
    /// `from` is the sender's socket: as the server says, else the only other one in the room, else nil.
    case offer(String, from: String?)
    /// Only the first answer after an offer is told.
    case answer(String, from: String?)
    case candidate(SignalledCandidate, from: String?)
}
