public import Primitives

/// Where to connect, as whom, into which room.
public struct SignallingConfiguration: Hashable, Sendable {
    /// `http://host[:port]`, `https://…`, `ws://…` or `wss://…`.
    public var url: String
    /// What the consoles show; the dialect's user name is made from it (`User.dialectName`).
    public var name: String
    public var place: String?
    /// 1 to 4 digits.
    public var room: String
    /// A directory that outlives the process; the client keeps `signalling.json` in it.
    public var stateDirectory: String
    /// A PEM file of authorities to trust instead of the system's; nil for the system's.
    public var certificateAuthorities: String?
    public var timing = Timing()

    public struct Timing: Hashable, Sendable {
        /// First and longest pause before connecting again; each pause is cut by up to half at random.
        public var firstRetry = Interval.seconds(1)
        public var longestRetry = Interval.seconds(30)
        /// From the attempt to connect until the server's connectionSuccess.
        public var handshake = Interval.seconds(10)
        /// Between two of the same offer.
        public var offerRepeat = Interval.seconds(2)
        /// How long a hang-up said offline is worth saying.
        public var farewell = Interval.seconds(30)

        public init() {}
    }

    public init(
        url: String, name: String, place: String? = nil, room: String, stateDirectory: String,
        certificateAuthorities: String? = nil
    ) {
        (self.url, self.name, self.place, self.room) = (url, name, place, room)
        (self.stateDirectory, self.certificateAuthorities) = (stateDirectory, certificateAuthorities)
    }
}

/// What makes a configuration unusable.
public enum SignallingConfigurationError: Error, Hashable, Sendable {
    case invalidURL(String)
    case invalidRoom(String)
    case unreadableAuthorities(String)
}
