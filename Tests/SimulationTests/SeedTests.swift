import Primitives
import Simulation
import Testing

@Suite struct SeedTests {
    /// Calls over networks that delay, lose, reorder and duplicate. `CALLPOINT_SEEDS` of them, `CALLPOINT_SEED` alone.
    @Test func everySeedIsACall() {
        let only = environment("CALLPOINT_SEED", -1)
        let count = environment("CALLPOINT_SEEDS", isDebugBuild ? 25 : 1000)
        let seeds = only >= 0 ? only..<(only + 1) : 0..<count
        for seed in seeds {
            let result = Scenario(seed: UInt64(seed)).run()
            if !result.faults.isEmpty {
                Issue.record("CALLPOINT_SEED=\(seed): \(result.faults.prefix(4).joined(separator: "; "))")
            }
        }
    }

    /// A seed replays to the byte, or a failure found by one could not be looked into.
    @Test func equalSeedsAreEqualRuns() {
        var transcripts: Set<UInt64> = []
        for seed in 0..<UInt64(isDebugBuild ? 5 : 50) {
            let (first, second) = (Scenario(seed: seed).run(), Scenario(seed: seed).run())
            #expect(first.transcript == second.transcript, "seed \(seed)")
            #expect(first.faults == second.faults)
            transcripts.insert(first.transcript)
        }
        #expect(transcripts.count == (isDebugBuild ? 5 : 50))
    }
}
