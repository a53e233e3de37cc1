import CallControl
import Glibc
import Primitives

/// All worlds within so many steps of the given ones, each once.
struct Exploration {
    private(set) var visited: Set<World> = []
    /// A broken rule with the shortest way to it.
    private(set) var broken: [String] = []
    private(set) var steps = 0
    private(set) var transitions = TransitionTable()

    mutating func run(from roots: [World], depth: Int) {
        var frontier = roots
        for root in roots { visited.insert(root.canonical()) }
        for level in 0..<depth {
            var next: [World] = []
            for world in frontier {
                for stimulus in Stimulus.allCases {
                    var successor = world
                    let (step, errors) = successor.apply(stimulus)
                    steps += 1
                    transitions.add(step, stimulus)
                    if !errors.isEmpty { note(errors, level, world, stimulus) }
                    let canonical = successor.canonical()
                    if visited.insert(canonical).inserted {
                        let stuck = successor.waysOut()
                        if !stuck.isEmpty { note(stuck, level, world, stimulus) }
                        next.append(canonical)
                    }
                }
            }
            frontier = next
            if frontier.isEmpty { break }
        }
    }

    private mutating func note(_ errors: [String], _ level: Int, _ world: World, _ stimulus: Stimulus) {
        if broken.count < 5 { broken.append("step \(level + 1), \(stimulus): \(errors) from \(world)") }
    }

    /// Policies that between them take every branch.
    static let policies: [CallPolicy] = [
        CallPolicy(automatic: true, after: .seconds(3), from: .everyone),
        CallPolicy(automatic: true, after: .zero, from: .named(["Ann"]), others: .refuse),
        CallPolicy(automatic: false, from: .named(["Bob"]), others: .ring),
    ]

    /// A kiosk at its start, one that is ready, and one in a call that each side began.
    static func roots(_ policy: CallPolicy) -> [World] {
        let prefixes: [[Stimulus]] = [
            [], [.mediaStarts, .joinedWithBoth],
            [.mediaStarts, .joinedWithAnn, .annInvites, .pressed, .annOffers, .localAnswer, .connects],
            [.mediaStarts, .joinedWithBoth, .pressed, .annAnswers, .localOffer, .annDescribes, .connects],
        ]
        return prefixes.map { prefix in
            var world = World(policy)
            for stimulus in prefix { _ = world.apply(stimulus) }
            return world
        }
    }

    static func number(_ variable: String, default fallback: Int) -> Int {
        getenv(variable).flatMap { Int(String(cString: $0)) } ?? fallback
    }
}
