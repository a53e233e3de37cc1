/// Everything a client may say to the server: the dialect's events and those of the `callpoint:` extension.
public enum ClientMessage: Hashable, Sendable {
    case checkRoom(User)
    case userLeave(User)
    case signal(CallSignal)
    /// `receiveOffer` or `receiveAnsewer`, by the description's kind.
    case description(SignalledDescription, user: User, to: String?)
    case candidate(SignalledCandidate, user: User, to: String?)
    case hello(Hello)
    case state(KioskStatus)
    case watch
}

extension ClientMessage {
    public var event: String {
        switch self {
        case .checkRoom: "checkRoom"
        case .userLeave: "userLeave"
        case .signal(let signal): signal.kind.eventToServer
        case .description(let description, _, _): description.kind == .offer ? "receiveOffer" : "receiveAnsewer"
        case .candidate: "addIceCandidate"
        case .hello: "callpoint:hello"
        case .state: "callpoint:state"
        case .watch: "callpoint:watch"
        }
    }

    public var arguments: [JSONValue] {
        switch self {
        case .checkRoom(let user), .userLeave(let user): [user.json]
        case .signal(let signal): [signal.json]
        case .description(let description, let user, let to):
            [Self.addressed(description.kind.rawValue, description.json, user, to)]
        case .candidate(let candidate, let user, let to):
            [Self.addressed("candidate", candidate.json, user, to)]
        case .hello(let hello): [hello.json]
        case .state(let status): [.members(status.members)]
        case .watch: []
        }
    }

    private static func addressed(_ key: String, _ value: JSONValue, _ user: User, _ to: String?) -> JSONValue {
        .members([(key, value), ("user", user.json), ("to", to.map(JSONValue.string))])
    }

    public init(event: String, arguments: [JSONValue]) throws(MessageError) {
        let first = arguments.argument(0)
        func to() throws(MessageError) -> String? { try first.optionalText("to", limit: MessageLimits.sockId) }
        // The server knows who speaks; a page that leaves its own name out of a description is still understood.
        func user() throws(MessageError) -> User {
            guard let user = first["user"] else { return User(userName: "", roomId: "", sockId: "") }
            return try User(user)
        }
        switch event {
        case "checkRoom": self = .checkRoom(try User(first))
        case "userLeave": self = .userLeave(try User(first))
        case "toSendVideo": self = .signal(try CallSignal(.call, json: first))
        case "cancelSendVideo": self = .signal(try CallSignal(.cancel, json: first))
        case "rejectReceiveVideo": self = .signal(try CallSignal(.reject, json: first))
        case "answerVideo": self = .signal(try CallSignal(.answer, json: first))
        case "hangupVideo": self = .signal(try CallSignal(.hangUp, json: first))
        case "receiveOffer":
            guard let offer = first["offer"] else { throw .invalidField("offer") }
            self = .description(try SignalledDescription(offer, expecting: .offer), user: try user(), to: try to())
        case "receiveAnsewer":
            guard let answer = first["answer"] else { throw .invalidField("answer") }
            self = .description(try SignalledDescription(answer, expecting: .answer), user: try user(), to: try to())
        case "addIceCandidate":
            guard let candidate = first["candidate"] else { throw .invalidField("candidate") }
            self = .candidate(try SignalledCandidate(candidate), user: try user(), to: try to())
        case "callpoint:hello": self = .hello(try Hello(first))
        case "callpoint:state": self = .state(try KioskStatus(first))
        case "callpoint:watch": self = .watch
        default: throw .unknownEvent
        }
    }
}
