/// A session description as text has it: lines in their order, attributes uninterpreted (RFC 8866).
///
/// It is a plain value. `init(parsing:limits:)` reads, `description` writes; what was read is written with the same
/// meaning, the line ends as CRLF and the obsolete `k=` left out. What the attributes mean is `Negotiator`'s business.
public struct SessionDescription: Hashable, Sendable {
    /// RFC 8866 §5.2. The numbers are kept as digits, for other stacks' may be longer than 64 bits.
    public struct Origin: Hashable, Sendable {
        public var username: String
        public var sessionID: String
        public var sessionVersion: String
        public var address: Connection

        public init(username: String = "-", sessionID: String, sessionVersion: String, address: Connection = .none) {
            (self.username, self.sessionID, self.sessionVersion) = (username, sessionID, sessionVersion)
            self.address = address
        }
    }

    /// RFC 8866 §5.7.
    public struct Connection: Hashable, Sendable {
        public var networkType: String
        public var addressType: String
        public var address: String

        public init(networkType: String = "IN", addressType: String = "IP4", address: String) {
            (self.networkType, self.addressType, self.address) = (networkType, addressType, address)
        }

        /// 0.0.0.0, where ICE will find the address (RFC 8840 §4.1.3).
        public static let none = Connection(address: "0.0.0.0")
    }

    /// RFC 8866 §5.8; the unit is the type's.
    public struct Bandwidth: Hashable, Sendable {
        public var type: String
        public var value: UInt64

        public init(type: String, value: UInt64) { (self.type, self.value) = (type, value) }
    }

    /// RFC 8866 §5.9 with the repeats of §5.10.
    public struct Time: Hashable, Sendable {
        public var start: UInt64
        public var stop: UInt64
        public var repeats: [String]

        public init(start: UInt64 = 0, stop: UInt64 = 0, repeats: [String] = []) {
            (self.start, self.stop, self.repeats) = (start, stop, repeats)
        }
    }

    public var origin: Origin
    public var name = "-"
    public var information: String?
    public var uri: String?
    public var emails: [String] = []
    public var phones: [String] = []
    public var connection: Connection?
    public var bandwidths: [Bandwidth] = []
    public var times: [Time] = [Time()]
    public var timeZones: String?
    public var attributes: [Attribute] = []
    public var media: [MediaDescription] = []

    public init(origin: Origin) { self.origin = origin }
}

/// One `a=` line (RFC 8866 §5.13): a property, or a name with a value.
public struct Attribute: Hashable, Sendable {
    public var name: String
    public var value: String?

    public init(_ name: String, _ value: String? = nil) { (self.name, self.value) = (name, value) }
}

/// One `m=` line and what belongs to it (RFC 8866 §5.14).
public struct MediaDescription: Hashable, Sendable {
    public var kind: String
    public var port: UInt16
    public var portCount: UInt16?
    /// The transport protocol, such as `UDP/TLS/RTP/SAVPF`.
    public var transport: String
    public var formats: [String]
    public var information: String?
    public var connections: [SessionDescription.Connection] = []
    public var bandwidths: [SessionDescription.Bandwidth] = []
    public var attributes: [Attribute] = []

    public init(kind: String, port: UInt16, transport: String, formats: [String]) {
        (self.kind, self.port, self.transport, self.formats) = (kind, port, transport, formats)
    }
}
