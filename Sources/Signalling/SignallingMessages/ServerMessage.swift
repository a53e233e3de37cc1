/// Everything a server may say to a client: the dialect's events and those of the `callpoint:` extension.
public enum ServerMessage: Hashable, Sendable {
    case connectionSuccess(sockId: String)
    /// Who was in the room before the asker.
    case checkRoomSuccess([User])
    /// Who is in the room now, the newcomer included.
    case joinRoomSuccess([User])
    /// Who remains.
    case userLeave([User])
    case signal(CallSignal)
    /// `from` is the extension's second argument; the ancestor does not say who sent it.
    case description(SignalledDescription, from: String?)
    case candidate(SignalledCandidate, from: String?)
    case welcome(version: Int64, maxUsers: Int64)
    case kiosks([KioskPresence])
    /// The servers of the call that the next signal is about.
    case iceServers(ICEServerList)
}

extension ServerMessage {
    public var event: String {
        switch self {
        case .connectionSuccess: "connectionSuccess"
        case .checkRoomSuccess: "checkRoomSuccess"
        case .joinRoomSuccess: "joinRoomSuccess"
        case .userLeave: "userLeave"
        case .signal(let signal): signal.kind.eventToClient
        case .description(let description, _): description.kind == .offer ? "receiveOffer" : "receiveAnsewer"
        case .candidate: "addIceCandidate"
        case .welcome: "callpoint:welcome"
        case .kiosks: "callpoint:kiosks"
        case .iceServers: "callpoint:ice"
        }
    }

    public var arguments: [JSONValue] {
        func with(_ value: JSONValue, _ from: String?) -> [JSONValue] {
            [value] + (from.map { [["from": .string($0)]] } ?? [])
        }
        switch self {
        case .connectionSuccess(let sockId): return [.string(sockId)]
        case .checkRoomSuccess(let users), .joinRoomSuccess(let users), .userLeave(let users):
            return [.array(users.map(\.json))]
        case .signal(let signal): return [signal.json]
        case .description(let description, let from): return with(description.json, from)
        case .candidate(let candidate, let from): return with(candidate.json, from)
        case .welcome(let version, let maxUsers):
            return [["version": .integer(version), "maxUsers": .integer(maxUsers)]]
        case .kiosks(let kiosks): return [.array(kiosks.map(\.json))]
        case .iceServers(let list): return [list.json]
        }
    }

    public init(event: String, arguments: [JSONValue]) throws(MessageError) {
        let first = arguments.argument(0)
        func from() throws(MessageError) -> String? {
            try arguments.argument(1).optionalText("from", limit: MessageLimits.sockId)
        }
        switch event {
        case "connectionSuccess":
            guard let sockId = first.string, !sockId.isEmpty, sockId.utf8.count <= MessageLimits.sockId else {
                throw .invalidField("sockId")
            }
            self = .connectionSuccess(sockId: sockId)
        case "checkRoomSuccess": self = .checkRoomSuccess(try User.list(first))
        case "joinRoomSuccess": self = .joinRoomSuccess(try User.list(first))
        case "userLeave": self = .userLeave(try User.list(first))
        case "receiveVideo": self = .signal(try CallSignal(.call, json: first))
        case "cancelSendVideo": self = .signal(try CallSignal(.cancel, json: first))
        case "rejectReceiveVideo": self = .signal(try CallSignal(.reject, json: first))
        case "answerVideo": self = .signal(try CallSignal(.answer, json: first))
        case "hangupVideo": self = .signal(try CallSignal(.hangUp, json: first))
        case "receiveOffer":
            self = .description(try SignalledDescription(first, expecting: .offer), from: try from())
        case "receiveAnsewer":
            self = .description(try SignalledDescription(first, expecting: .answer), from: try from())
        case "addIceCandidate": self = .candidate(try SignalledCandidate(first), from: try from())
        case "callpoint:welcome":
            guard let version = first["version"]?.integer, let maxUsers = first["maxUsers"]?.integer else {
                throw .invalidField("version")
            }
            self = .welcome(version: version, maxUsers: maxUsers)
        case "callpoint:kiosks":
            guard let entries = first.array, entries.count <= MessageLimits.list else { throw .invalidField("kiosks") }
            self = .kiosks(entries.compactMap { try? KioskPresence($0) })
        case "callpoint:ice": self = .iceServers(try ICEServerList(first))
        default: throw .unknownEvent
        }
    }
}
