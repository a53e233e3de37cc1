/// What was seen to happen: from a state, by an input, into a state; which effects always and which sometimes.
struct TransitionTable {
    struct Key: Hashable, Comparable {
        var from: String
        var input: String
        var to: String

        static let states = ["idle", "ringingIn", "ringingOut", "connecting", "inCall", "reconnecting", "ended"]
        static let inputs = [
            "button", "button held", "kioskctl call", "kioskctl hangup", "kioskctl answer", "kioskctl refuse",
            "invited",
            "answered", "rejected", "cancelled", "hung up", "joined", "others", "offline", "offer", "answer",
            "candidate", "media started", "media lost", "own offer", "own answer", "own candidate", "connected",
            "disconnected", "failed", "closed", "restart needed", "device", "time",
        ]
        private var rank: [Int] {
            [
                Self.states.firstIndex(of: from) ?? -1, Self.inputs.firstIndex(of: input) ?? -1,
                Self.states.firstIndex(of: to) ?? -1,
            ]
        }
        static func < (a: Key, b: Key) -> Bool { a.rank.lexicographicallyPrecedes(b.rank) }
    }

    private(set) var always: [Key: Set<String>] = [:]
    private(set) var ever: [Key: Set<String>] = [:]

    mutating func add(_ step: World.Step, _ stimulus: Stimulus) {
        // Nothing happened: no row.
        if step.from == step.to, step.effects.isEmpty { return }
        let key = Key(from: step.from, input: stimulus.row, to: step.to)
        let names = Set(step.effects.map(\.name))
        always[key] = always[key].map { $0.intersection(names) } ?? names
        ever[key, default: []].formUnion(names)
    }

    mutating func add(_ other: TransitionTable) {
        for (key, names) in other.ever {
            let theirs = other.always[key] ?? []
            always[key] = always[key].map { $0.intersection(theirs) } ?? theirs
            ever[key, default: []].formUnion(names)
        }
    }

    /// A row of the documentation: state, input, next state, effects (those that only sometimes come in brackets).
    var rows: [Key: String] {
        ever.reduce(into: [:]) { rows, entry in
            let sure = always[entry.key] ?? []
            let texts = entry.value.sorted().map { sure.contains($0) ? $0 : "[\($0)]" }
            rows[entry.key] = texts.isEmpty ? "–" : texts.joined(separator: " ")
        }
    }
}

extension Stimulus {
    /// The input's name in the documentation.
    var row: String {
        switch self {
        case .pressed: "button"
        case .held: "button held"
        case .askCall: "kioskctl call"
        case .askHangUp: "kioskctl hangup"
        case .askAnswer: "kioskctl answer"
        case .askRefuse: "kioskctl refuse"
        case .joinedAlone, .joinedWithAnn, .joinedWithBoth: "joined"
        case .onlyAnn, .both, .nobody, .annAgain: "others"
        case .offline: "offline"
        case .annInvites, .annInvitesAnew, .bobInvites: "invited"
        case .annCancels, .bobCancels: "cancelled"
        case .annAnswers, .bobAnswers: "answered"
        case .annRejects, .annIsBusy, .bobRejects: "rejected"
        case .annHangsUp, .bobHangsUp: "hung up"
        case .annOffers, .annOffersAnew, .bobOffers, .someoneOffers: "offer"
        case .annDescribes, .bobDescribes: "answer"
        case .annTrickles, .bobTrickles: "candidate"
        case .mediaStarts: "media started"
        case .mediaDies: "media lost"
        case .localOffer, .staleOffer: "own offer"
        case .localAnswer: "own answer"
        case .localCandidate, .staleCandidate: "own candidate"
        case .connects, .staleConnects: "connected"
        case .disconnects: "disconnected"
        case .fails: "failed"
        case .closes: "closed"
        case .needsRestart, .staleNeedsRestart: "restart needed"
        case .cameraOpens, .cameraCloses, .cameraFails: "device"
        case .second, .deadline: "time"
        }
    }
}
