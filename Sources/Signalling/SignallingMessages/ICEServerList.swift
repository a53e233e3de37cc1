/// The STUN and TURN servers of a call, as the switchboard tells both sides: `RTCConfiguration.iceServers` of the W3C, and
/// how long the credentials are good for.
public struct ICEServerList: Hashable, Sendable {
    public struct Server: Hashable, Sendable {
        /// `stun:`, `turn:` and `turns:` addresses, not checked further.
        public var urls: [String]
        public var username: String?
        public var credential: String?

        public init(urls: [String], username: String? = nil, credential: String? = nil) {
            (self.urls, self.username, self.credential) = (urls, username, credential)
        }
    }

    public var servers: [Server]
    /// Seconds from now; an age and not a time, because a kiosk's clock may be wrong.
    public var lifetime: Int64

    public init(servers: [Server], lifetime: Int64) { (self.servers, self.lifetime) = (servers, lifetime) }
}

/// What is printed leaves the credentials out.
extension ICEServerList: CustomStringConvertible {
    public var description: String { "\(servers.flatMap(\.urls)) for \(lifetime) s" }
}

extension ICEServerList {
    init(_ json: JSONValue) throws(MessageError) {
        guard let entries = json["iceServers"]?.array, entries.count <= MessageLimits.servers else {
            throw .invalidField("iceServers")
        }
        guard let lifetime = json["lifetime"]?.integer, (0...MessageLimits.lifetime).contains(lifetime) else {
            throw .invalidField("lifetime")
        }
        var servers: [Server] = []
        for entry in entries { servers.append(try Server(entry)) }
        self.init(servers: servers, lifetime: lifetime)
    }

    var json: JSONValue {
        ["iceServers": .array(servers.map(\.json)), "lifetime": .integer(lifetime)]
    }
}

extension ICEServerList.Server {
    init(_ json: JSONValue) throws(MessageError) {
        guard let entries = json["urls"]?.array, (1...MessageLimits.servers).contains(entries.count) else {
            throw .invalidField("urls")
        }
        var urls: [String] = []
        for entry in entries {
            guard let url = entry.string, url.utf8.count <= MessageLimits.serverURL else { throw .invalidField("urls") }
            urls.append(url)
        }
        self.init(
            urls: urls, username: try json.optionalText("username", limit: MessageLimits.credential),
            credential: try json.optionalText("credential", limit: MessageLimits.credential))
    }

    var json: JSONValue {
        .members([
            ("urls", .array(urls.map(JSONValue.string))), ("username", username.map(JSONValue.string)),
            ("credential", credential.map(JSONValue.string)),
        ])
    }
}
