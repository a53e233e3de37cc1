/// Who a client says it is when it connects: the extension's CONNECT auth, or `callpoint:hello` over Engine.IO 3.
public struct Hello: Hashable, Sendable {
    public enum Role: String, Hashable, Sendable { case kiosk, console }
    public var role: Role
    /// Shown to people; not bound to the dialect's rule for user names.
    public var name: String
    public var place: String?

    public init(role: Role, name: String, place: String? = nil) {
        (self.role, self.name, self.place) = (role, name, place)
    }
}

/// What a kiosk is doing, as it tells the server.
public struct KioskStatus: Hashable, Sendable {
    public enum State: String, Hashable, Sendable {
        case idle, ringing, calling, connecting, inCall, reconnecting, fault
        /// Only from server to console: the kiosk's connection has ended.
        case offline
    }
    public var state: State
    /// The user name of the other party.
    public var with: String?
    /// From a kiosk: how long the state has lasted, in milliseconds, because a kiosk's clock may be wrong.
    /// To a console: when it began, in milliseconds of Unix time by the server's clock.
    public var since: Int64?
    /// For staff, in words.
    public var detail: String?
    /// What is wrong with the kiosk's network, in words for staff; nil if nothing is known to be.
    public var network: String?
    /// The same for readers of other languages; kiosks of before send words alone.
    public var finding: NetworkFinding?

    public init(
        _ state: State, with: String? = nil, since: Int64? = nil, detail: String? = nil, network: String? = nil,
        finding: NetworkFinding? = nil
    ) {
        (self.state, self.with, self.since, self.detail) = (state, with, since, detail)
        (self.network, self.finding) = (network, finding)
    }
}

/// One row of a console's list of kiosks.
public struct KioskPresence: Hashable, Sendable {
    public var name: String
    public var place: String?
    /// The room it waits in, or waited in last; nil until it has joined one.
    public var roomId: String?
    /// The socket to address it by; nil while offline.
    public var sockId: String?
    public var status: KioskStatus
    /// When its last call ended, in milliseconds of Unix time; nil if there was none.
    public var lastCall: Int64?

    public init(
        name: String, place: String? = nil, roomId: String? = nil, sockId: String? = nil, status: KioskStatus,
        lastCall: Int64? = nil
    ) {
        (self.name, self.place, self.roomId, self.sockId) = (name, place, roomId, sockId)
        (self.status, self.lastCall) = (status, lastCall)
    }
}

extension Hello {
    public init(_ json: JSONValue) throws(MessageError) {
        guard let role = json["role"]?.string.flatMap(Role.init) else { throw .invalidField("role") }
        let name = try json.text("name", limit: MessageLimits.displayText)
        guard !name.isEmpty else { throw .invalidField("name") }
        self.init(role: role, name: name, place: try json.optionalText("place", limit: MessageLimits.displayText))
    }

    public var json: JSONValue {
        .members([
            ("role", .string(role.rawValue)), ("name", .string(name)), ("place", place.map(JSONValue.string)),
        ])
    }
}

extension KioskStatus {
    init(_ json: JSONValue) throws(MessageError) {
        guard let state = json["state"]?.string.flatMap(State.init) else { throw .invalidField("state") }
        self.init(
            state, with: try json.optionalText("with", limit: MessageLimits.userName),
            since: json["since"]?.integer.map { max(0, $0) },
            detail: try json.optionalText("detail", limit: MessageLimits.displayText),
            network: try json.optionalText("network", limit: MessageLimits.displayText),
            finding: NetworkFinding(json["finding"]))
    }

    var members: [(String, JSONValue?)] {
        [
            ("state", .string(state.rawValue)), ("with", with.map(JSONValue.string)),
            ("since", since.map(JSONValue.integer)), ("detail", detail.map(JSONValue.string)),
            ("network", network.map(JSONValue.string)), ("finding", finding?.json),
        ]
    }
}

extension KioskPresence {
    init(_ json: JSONValue) throws(MessageError) {
        self.init(
            name: try json.text("name", limit: MessageLimits.displayText),
            place: try json.optionalText("place", limit: MessageLimits.displayText),
            roomId: try json.optionalText("roomId", limit: MessageLimits.roomId),
            sockId: try json.optionalText("sockId", limit: MessageLimits.sockId),
            status: try KioskStatus(json), lastCall: json["lastCall"]?.integer)
    }

    var json: JSONValue {
        .members(
            [
                ("name", .string(name)), ("place", place.map(JSONValue.string)),
                ("roomId", roomId.map(JSONValue.string)), ("sockId", sockId.map(JSONValue.string)),
                ("lastCall", lastCall.map(JSONValue.integer)),
            ] + status.members)
    }
}
