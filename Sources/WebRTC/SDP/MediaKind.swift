/// What an `m=` line carries: the two kinds that are ours to speak, and any other by its name.
public enum MediaKind: Hashable, Sendable, CustomStringConvertible {
    case audio, video
    case other(String)

    /// By the name in the `m=` line (RFC 8866 §5.14: compared without regard to case).
    public init(_ name: some StringProtocol) {
        switch Text.lowercased(name) {
        case "audio": self = .audio
        case "video": self = .video
        case let other: self = .other(other)
        }
    }

    public var description: String {
        switch self {
        case .audio: "audio"
        case .video: "video"
        case .other(let name): name
        }
    }
}

/// Which way media flows, from the point of view of who says it (RFC 8866 §6.7).
public enum MediaDirection: String, Hashable, Sendable, CaseIterable {
    case sendrecv, sendonly, recvonly, inactive

    public init(sends: Bool, receives: Bool) {
        self = sends ? (receives ? .sendrecv : .sendonly) : (receives ? .recvonly : .inactive)
    }

    public var sends: Bool { self == .sendrecv || self == .sendonly }
    public var receives: Bool { self == .sendrecv || self == .recvonly }
    /// The same as seen by the other side.
    public var reversed: MediaDirection { MediaDirection(sends: receives, receives: sends) }

    public func intersection(_ other: MediaDirection) -> MediaDirection {
        MediaDirection(sends: sends && other.sends, receives: receives && other.receives)
    }
}

/// `a=setup` (RFC 4145 §4, RFC 5763 §5).
public enum SetupRole: String, Hashable, Sendable { case actpass, active, passive, holdconn }

/// Who sends the ClientHello.
public enum DTLSRole: Hashable, Sendable {
    case client, server

    /// What the side with this role says of itself in `a=setup`.
    public var setup: SetupRole { self == .client ? .active : .passive }
}
