public import SignallingMessages

/// What kioskctl asks of kioskd: one message a connection, JSON, answered by one `ControlReply`.
public enum ControlRequest: String, Hashable, Sendable, CaseIterable {
    case status, call, hangup, answer, refuse, stats
    /// Has kioskd look at the network, with what only it knows.
    case network

    public init?(_ json: JSONValue) {
        guard let name = json["request"]?.string else { return nil }
        self.init(rawValue: name)
    }

    public var json: JSONValue { ["request": .string(rawValue)] }
}

/// kioskd's answer: what was asked for, or why not.
public enum ControlReply: Hashable, Sendable {
    case done(JSONValue)
    /// Nothing was done; in words for people.
    case refused(String)

    public var json: JSONValue {
        switch self {
        case .done(let value): ["ok": true, "result": value]
        case .refused(let reason): ["ok": false, "error": .string(reason)]
        }
    }

    public init?(_ json: JSONValue) {
        switch json["ok"]?.bool {
        case true: self = .done(json["result"] ?? .null)
        case false: self = .refused(json["error"]?.string ?? "refused")
        default: return nil
        }
    }
}
