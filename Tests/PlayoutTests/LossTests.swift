import Codecs
import JitterBuffer
import Primitives
import RTP
import Testing

/// What is left of speech when packets are lost: a kiosk's own encoder, a path of 40 ms, and the player.
@Suite struct LossTests {
    struct Result {
        var score: Double
        var concealed: Double
        var recovered: UInt64
    }

    static func listen(_ talk: Talk, jitter: Int64 = 0, isLost: (Int) -> Bool) throws -> Result {
        let listener = try Listener()
        var random = RandomSource(seed: 1)
        listener.run(talk.packets) { isLost($0) ? nil : 40_000 + Int64.random(in: 0...jitter, using: &random) }
        let statistics = listener.statistics
        return Result(
            score: Intelligibility.score(clean: talk.clean, heard: listener.heard, lag: 48 * 80),
            concealed: Double(statistics.concealedSamples) / Double(statistics.totalSamplesReceived),
            recovered: statistics.fecPacketsReceived - statistics.fecPacketsDiscarded)
    }

    static func compare(
        _ seed: UInt64, loss: Int, jitter: Int64 = 0, isLost: (Int) -> Bool
    ) throws -> (with: Result, without: Result) {
        let sound = Talk.speech(seconds: 16, seed: seed, pitch: seed % 2 == 0 ? 110 : 190)
        let with = try listen(Talk(sound, .init(expectedLoss: max(10, loss))), jitter: jitter, isLost: isLost)
        let without = try listen(Talk(sound, .init(errorCorrection: false)), jitter: jitter, isLost: isLost)
        print("seed \(seed), \(loss) % lost: with FEC \(with), without \(without)")
        return (with, without)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func aFifthLostAtRandom(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        let lost = (0..<1_000).map { _ in random.chance(0.2) }
        let result = try Self.compare(seed, loss: 20) { lost[$0] }
        #expect(result.with.score > 0.95)
        #expect(1 - result.with.score < 0.6 * (1 - result.without.score))
        #expect(result.with.concealed < 0.5 * result.without.concealed)
    }

    @Test(arguments: [4, 5] as [UInt64])
    func aFifthLostAndTheRestUneven(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        let lost = (0..<1_000).map { _ in random.chance(0.2) }
        let result = try Self.compare(seed, loss: 20, jitter: 30_000) { lost[$0] }
        #expect(result.with.score > 0.94)
        #expect(result.with.score > result.without.score)
        #expect(result.with.concealed < 0.5 * result.without.concealed)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func aTenthLostInBursts(seed: UInt64) throws {
        var bursts = Bursts(share: 0.1, length: 3, seed: seed)
        let lost = (0..<1_000).map { _ in bursts.isLost() }
        let result = try Self.compare(seed, loss: 10) { lost[$0] }
        #expect(result.with.score > 0.9)
        #expect(result.with.score > result.without.score)
        #expect(result.with.concealed < result.without.concealed)
    }

    /// While nothing is held the time of the first is concealed unseen; the last still comes out of the packet after it.
    @Test(arguments: 1...4) func theLastPacketOfEachBurstComesBack(length: Int) throws {
        let talk = try Talk(Talk.speech(seconds: 16, seed: 5), .init(expectedLoss: 15))
        func isLost(_ number: Int) -> Bool { number >= 20 && (10..<10 + length).contains(number % 20) }
        let possible = stride(from: 20, to: talk.packets.count - 20, by: 20).count { start in
            talk.packets[start + 10 + length].map { OpusPayload.hasRedundancy($0.span.bytes) } ?? false
        }
        let result = try Self.listen(talk, isLost: isLost)
        #expect(possible > 20)
        // All but the first few, before it is known that one packet more pays.
        #expect(Int(result.recovered) >= possible - 3, "\(result.recovered) of \(possible)")
    }
}
