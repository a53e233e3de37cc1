/// What both ends of the control socket agree on.
///
/// kioskd and kiosk-mediad are joined by one `SOCK_SEQPACKET` socket: a datagram is a message, and nothing is repeated or
/// acknowledged. Both come from the same build, so a message that does not decode is a fault of the other process and is
/// counted and left out; it never traps.
public enum MediaControl {
    /// Raised with every change of the messages' layout. The first message each way is a `hello` that carries it.
    public static let version: UInt16 = 5
    /// The most bytes a message has; a socket buffer of this size reads any.
    public static let maximumMessageSize = 65_536
    /// The most entries a list inside a message has.
    public static let maximumListLength = 1_024
    /// The most STUN and TURN servers, each address counted.
    public static let maximumServers = 32
    /// The largest picture that crosses, in either direction of its frame.
    public static let maximumWidth = 1_920
    /// See `maximumWidth`.
    public static let maximumHeight = 1_080
}

/// Why a message was not understood, or could not be written.
public enum MediaControlError: Error, Equatable, Sendable {
    /// More than `MediaControl.maximumMessageSize` bytes, or than the memory given.
    case tooLong
    /// No message has this first byte.
    case unknownMessage(UInt8)
    /// The message ends inside a field.
    case truncated
    /// Bytes are left after the last field.
    case trailingBytes
    /// A field has a value that it cannot have.
    case invalidField
    /// A text is not UTF-8.
    case invalidText
}

/// A call's media session; chosen by kioskd and never used twice in the life of one kiosk-mediad.
public typealias PeerNumber = UInt32
