import Codecs
import JitterBuffer
import Primitives
import Testing

/// The delay of a player with real Opus: what it aims at, how it gets there, and what is heard of that.
@Suite struct DelayTests {
    static let talk = try? Talk(Talk.speech(seconds: 20, seed: 9, pitch: 120), .init())

    private func largestStep(_ samples: [Int16]) -> Int {
        zip(samples, samples.dropFirst()).reduce(0) { max($0, abs(Int($1.1) - Int($1.0))) }
    }

    @Test func aSteadyPathIsHeardWhole() throws {
        let talk = try #require(Self.talk)
        let listener = try Listener()
        listener.run(talk.packets) { _ in 40_000 }
        #expect(listener.statistics.concealedSamples == 0)
        #expect(listener.delay <= 40)
        #expect(listener.held <= 5)
        let score = Intelligibility.score(clean: talk.clean, heard: listener.heard, lag: 48 * 70)
        #expect(score > 0.98, "\(score)")
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func jitterOf30Milliseconds(seed: UInt64) throws {
        let talk = try #require(Self.talk)
        let listener = try Listener()
        var random = RandomSource(seed: seed)
        listener.run(talk.packets) { _ in 20_000 + Int64.random(in: 0...30_000, using: &random) }
        let statistics = listener.statistics
        let share = Double(statistics.concealedSamples) / Double(statistics.totalSamplesReceived)
        let mean = statistics.jitterBufferDelay / Double(statistics.jitterBufferEmittedCount)
        print("seed \(seed): \(share) concealed, \(mean) s in the buffer, \(listener.delay) ms after the quickest")
        #expect(share < 0.01)
        #expect(mean < 0.045)
        #expect(listener.delay <= 60)
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func theDelayReturnsAfterABadSpell(seed: UInt64) throws {
        let talk = try #require(Self.talk)
        let listener = try Listener()
        var random = RandomSource(seed: seed)
        listener.run(Array(talk.packets[..<250])) { _ in 20_000 }
        let calm = listener.delay
        listener.run(Array(talk.packets[250..<500])) { _ in 20_000 + Int64.random(in: 0...300_000, using: &random) }
        #expect(listener.target > 200)
        // What is still on the way is late by up to 0.3 s; five seconds later nothing is prepared for it any more.
        listener.run(Array(talk.packets[500..<850])) { _ in 20_000 }
        print("seed \(seed): \(calm) ms before, \(listener.delay) ms 7 s after")
        #expect(listener.delay <= calm + 25)
        #expect(listener.statistics.removedSamplesForAcceleration > 48 * 150)
        #expect(largestStep(listener.heard) <= largestStep(talk.clean) * 3 / 2)
    }

    @Test func aRisingDelayIsFollowedBySlowerSpeech() throws {
        let talk = try #require(Self.talk)
        let listener = try Listener()
        listener.run(Array(talk.packets[..<300])) { _ in 20_000 }
        listener.minimumDelay = .milliseconds(180)
        listener.run(Array(talk.packets[300..<500])) { _ in 20_000 }
        #expect((160...200).contains(listener.delay), "\(listener.delay)")
        #expect(listener.statistics.concealedSamples == 0)
        #expect(listener.statistics.insertedSamplesForDeceleration > 48 * 120)
        listener.minimumDelay = .zero
        listener.run(Array(talk.packets[500..<800])) { _ in 20_000 }
        #expect(listener.delay <= 50, "\(listener.delay)")
        #expect(listener.statistics.concealedSamples == 0)
        #expect(largestStep(listener.heard) <= largestStep(talk.clean) * 3 / 2)
        let score = Intelligibility.score(clean: Array(talk.clean[..<720_000]), heard: listener.heard, lag: 48 * 50)
        #expect(score > 0.95, "\(score)")
    }
}
