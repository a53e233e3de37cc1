import CallControl
import Primitives
import Testing

@Suite struct ExplorationTests {
    /// Every input in every state, to a depth: 5 here, more by CALLPOINT_DEPTH.
    @Test(arguments: Exploration.policies.indices)
    func everyStateKeepsTheRules(policy index: Int) {
        var exploration = Exploration()
        let depth = Exploration.number("CALLPOINT_DEPTH", default: 5)
        exploration.run(from: Exploration.roots(Exploration.policies[index]), depth: depth)
        #expect(exploration.broken.isEmpty, "\(exploration.broken.joined(separator: "\n"))")
        #expect(exploration.visited.count > 500)
        print("policy \(index): depth \(depth), \(exploration.visited.count) states, \(exploration.steps) steps")
    }

    /// Long seeded walks, which reach what no bounded depth does: CALLPOINT_WALK steps in all.
    @Test(arguments: Exploration.policies.indices)
    func longWalksKeepTheRules(policy index: Int) {
        let total = Exploration.number("CALLPOINT_WALK", default: 60_000) / Exploration.policies.count
        var visits: [String: Int] = [:]
        for seed in 0..<UInt64(max(1, total / 2_000)) {
            var random = RandomSource(seed: seed &* 31 &+ UInt64(index))
            var world = World(Exploration.policies[index])
            var trace: [Stimulus] = []
            for _ in 0..<2_000 {
                let stimulus = world.draw(&random)
                trace.append(stimulus)
                let broken = world.apply(stimulus).broken + (random.chance(0.02) ? world.waysOut() : [])
                visits[world.machine.state.phase.name, default: 0] += 1
                #expect(broken.isEmpty, "seed \(seed), policy \(index): \(broken) after \(trace.suffix(12))")
                if !broken.isEmpty { return }
            }
        }
        #expect(visits.count == TransitionTable.Key.states.count, "a state was never reached: \(visits)")
    }
}
