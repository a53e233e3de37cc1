/// One of the dialect's five messages about a call, all of one form: who does it, to whom, why.
public struct CallSignal: Hashable, Sendable {
    public enum Kind: Hashable, Sendable, CaseIterable { case call, cancel, reject, answer, hangUp }
    public enum RejectReason: String, Hashable, Sendable { case busy, refused, policy }

    public var kind: Kind
    /// The one who calls, cancels, rejects, answers or hangs up.
    public var user: User
    /// The socket it is meant for; nil for the whole room, as in the ancestor.
    public var to: String?
    /// Only with `.reject`, and only where the sender gives one.
    public var reason: RejectReason?

    public init(_ kind: Kind, user: User, to: String? = nil, reason: RejectReason? = nil) {
        (self.kind, self.user, self.to, self.reason) = (kind, user, to, reason)
    }
}

extension CallSignal.Kind {
    /// The event that carries it to the server.
    var eventToServer: String {
        switch self {
        case .call: "toSendVideo"
        case .cancel: "cancelSendVideo"
        case .reject: "rejectReceiveVideo"
        case .answer: "answerVideo"
        case .hangUp: "hangupVideo"
        }
    }

    /// The event that carries it to a client: only the call changes its name.
    var eventToClient: String { self == .call ? "receiveVideo" : eventToServer }
}

extension User {
    /// Reads a user with bounded fields; the server that relays it may not have checked anything.
    init(_ json: JSONValue) throws(MessageError) {
        self.init(
            userName: try json.text("userName", limit: MessageLimits.userName),
            roomId: try json.identifier("roomId", limit: MessageLimits.roomId),
            sockId: try json.text("sockId", limit: MessageLimits.sockId))
    }

    var json: JSONValue {
        ["userName": .string(userName), "roomId": .string(roomId), "sockId": .string(sockId)]
    }

    /// Reads a list; an entry that is no user is left out, since one bad entry must not hide the others.
    static func list(_ json: JSONValue) throws(MessageError) -> [User] {
        guard let entries = json.array, entries.count <= MessageLimits.list else { throw .invalidField("users") }
        return entries.compactMap { try? User($0) }
    }
}

extension CallSignal {
    init(_ kind: Kind, json: JSONValue) throws(MessageError) {
        self.init(
            kind, user: try User(json), to: try json.optionalText("to", limit: MessageLimits.sockId),
            reason: kind == .reject ? json["reason"]?.string.flatMap(RejectReason.init) : nil)
    }

    var json: JSONValue {
        guard case .object(var members) = user.json else { return user.json }
        members["to"] = to.map(JSONValue.string)
        members["reason"] = reason.map { .string($0.rawValue) }
        return .object(members)
    }
}
