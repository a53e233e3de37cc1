import Codecs
import JitterBuffer
import Primitives
import Testing

/// A sender with discontinuous transmission: words, five seconds of a quiet room, words.
@Suite struct SilenceTests {
    private static func sound(seed: UInt64) -> [Int16] {
        var random = RandomSource(seed: seed)
        let words = Talk.speech(seconds: 3, seed: seed)
        return words + (0..<240_000).map { _ in Int16.random(in: -40...40, using: &random) } + words
    }

    private func level(_ samples: ArraySlice<Int16>) -> Double {
        (samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(samples.count)).squareRoot()
    }

    @Test(arguments: [1, 2] as [UInt64]) func silenceIsNoiseAndNotLoss(seed: UInt64) throws {
        let talk = try Talk(Self.sound(seed: seed), .init(discontinuous: true))
        #expect(talk.packets.count { $0 == nil } > 150)
        let listener = try Listener()
        listener.run(talk.packets) { _ in 40_000 }
        #expect(listener.statistics.concealedSamples == 0)
        #expect(listener.statistics.concealmentEvents == 0)
        #expect(listener.delay <= 45)
        // In the middle of the silence is heard about what the room was, and never nothing.
        let quiet = listener.heard[240_000..<336_000]
        #expect((3...60).contains(level(quiet)), "\(level(quiet))")
        for at in stride(from: quiet.startIndex, to: quiet.endIndex - 4_800, by: 4_800) {
            #expect(level(quiet[at..<at + 4_800]) > 0.5)
        }
        let score = Intelligibility.score(clean: talk.clean, heard: listener.heard, lag: 48 * 75)
        #expect(score > 0.95, "\(score)")
    }

    /// Even where the packet is lost that says that silence begins.
    @Test(arguments: [3, 4, 5] as [UInt64]) func lossesInSilenceAreFewAndShort(seed: UInt64) throws {
        let talk = try Talk(Self.sound(seed: seed), .init(expectedLoss: 10, discontinuous: true))
        let listener = try Listener()
        var random = RandomSource(seed: seed)
        listener.run(talk.packets) { _ in random.chance(0.1) ? nil : 40_000 }
        let share = Double(listener.statistics.concealedSamples) / Double(listener.statistics.totalSamplesReceived)
        print("seed \(seed): \(share) concealed")
        #expect(share < 0.12)
        #expect(listener.delay <= 75)
    }
}
