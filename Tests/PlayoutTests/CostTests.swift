import CAllocationCounter
import Codecs
import JitterBuffer
import Primitives
import Testing

/// What a player takes of the machine, on a path that gives it everything to do.
@Suite(.serialized) struct CostTests {
    /// Without optimisation Swift itself takes memory for accesses to arrays.
    static var isOptimised: Bool {
        #if DEBUG
            false
        #else
            true
        #endif
    }

    /// Jitter that comes and goes, losses, and silence that is not sent.
    private func roughPath(_ talk: Talk, _ listener: Listener) {
        var random = RandomSource(seed: 3)
        for round in 0..<6 {
            let jitter: Int64 = round % 2 == 0 ? 10_000 : 150_000
            listener.run(talk.packets) { _ in
                random.chance(0.05) ? nil : 20_000 + Int64.random(in: 0...jitter, using: &random)
            }
        }
    }

    @Test(.enabled(if: isOptimised)) func nothingIsTakenFromTheHeap() throws {
        let talk = try Talk(Talk.speech(seconds: 10, seed: 2), .init(discontinuous: true))
        let listener = try Listener()
        listener.keeps = false
        listener.run(talk.packets) { _ in 20_000 }
        let before = listener.allocations
        roughPath(talk, listener)
        let statistics = listener.statistics
        #expect(statistics.concealedSamples > 0 && statistics.removedSamplesForAcceleration > 0)
        #expect(statistics.insertedSamplesForDeceleration > 0)
        #expect(statistics.fecPacketsReceived > statistics.fecPacketsDiscarded)
        let taken = listener.allocations - before
        #expect(taken == 0, "\(taken) allocations in a minute")
    }

    /// All the rest costs less than decoding does, even on such a path.
    @Test(.enabled(if: isOptimised)) func decodingIsMostOfTheCost() throws {
        let talk = try Talk(Talk.speech(seconds: 10, seed: 2), .init())
        let listener = try Listener()
        listener.keeps = false
        roughPath(talk, listener)
        var decoder = try OpusDecoder()
        var samples = [Int16](repeating: 0, count: Opus.maximumSamplesPerPacket)
        let pool = BufferPool(slotCount: 1, slotSize: 1_500)
        var packet = try pool.take()
        var decoding = Duration.zero
        for _ in 0..<6 {
            for bytes in talk.packets {
                guard let bytes else { continue }
                packet.copy(from: bytes.span.bytes)
                var span = samples.mutableSpan
                let start = ContinuousClock.now
                _ = try decoder.decode(packet.bytes, into: &span)
                decoding += ContinuousClock.now - start
            }
        }
        let ratio = listener.cost / decoding
        print("a player takes \(ratio) of what decoding takes: \(listener.cost / 3_000) for a packet")
        #expect(ratio < 2)
    }
}
