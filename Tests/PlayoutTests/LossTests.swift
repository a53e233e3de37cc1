import Codecs
import JitterBuffer
import Primitives
import Testing

/// What is left of speech when packets are lost: a kiosk's own encoder, a path of 40 ms, and the player.
@Suite struct LossTests {
    struct Result {
        var score: Double
        var concealed: Double
        var recovered: UInt64
    }

    static func listen(_ talk: Talk, isLost: (Int) -> Bool) throws -> Result {
        let listener = try Listener()
        listener.run(talk.packets) { isLost($0) ? nil : 40_000 }
        let statistics = listener.statistics
        return Result(
            score: Intelligibility.score(clean: talk.clean, heard: listener.heard, lag: 48 * 80),
            concealed: Double(statistics.concealedSamples) / Double(statistics.totalSamplesReceived),
            recovered: statistics.fecPacketsReceived - statistics.fecPacketsDiscarded)
    }

    static func compare(_ seed: UInt64, loss: Int, isLost: (Int) -> Bool) throws -> (with: Result, without: Result) {
        let sound = Talk.speech(seconds: 16, seed: seed, pitch: seed % 2 == 0 ? 110 : 190)
        let with = try listen(Talk(sound, .init(expectedLoss: loss)), isLost: isLost)
        let without = try listen(Talk(sound, .init(errorCorrection: false)), isLost: isLost)
        print("seed \(seed), \(loss) % lost: with FEC \(with), without \(without)")
        return (with, without)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func aFifthLostAtRandom(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        let lost = (0..<1_000).map { _ in random.chance(0.2) }
        let result = try Self.compare(seed, loss: 20) { lost[$0] }
        #expect(result.with.score > 0.94)
        #expect(1 - result.with.score < 0.6 * (1 - result.without.score))
        #expect(result.with.concealed < 0.5 * result.without.concealed)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func aTenthLostInBursts(seed: UInt64) throws {
        var bursts = Bursts(share: 0.1, length: 3, seed: seed)
        let lost = (0..<1_000).map { _ in bursts.isLost() }
        let result = try Self.compare(seed, loss: 10) { lost[$0] }
        #expect(result.with.score > 0.87)
        #expect(result.with.score > result.without.score)
        #expect(result.with.concealed < result.without.concealed)
    }
}
