import JitterBuffer
import Playout
import Primitives
import RTP
import Testing

/// Packets of anybody's making: nothing traps, nothing grows, every pull is served.
@Suite struct HostileTests {
    @Test(arguments: 0..<4 as Range<UInt64>) func anyPacketsAtAnyTime(seed: UInt64) throws {
        let player = try StreamPlayer()
        let pool = BufferPool(slotCount: 400, slotSize: 200)
        var random = RandomSource(seed: seed)
        var mix = [Int32](repeating: 0, count: 480)
        var (sequence, timestamp): (UInt16, UInt32) = (0, 0)
        for period in 0..<12_000 {
            let now = Instant(nanoseconds: Int64(period) * 10_000_000)
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                guard var slot = try? pool.take() else { continue }
                sequence &+=
                    random.chance(0.98)
                    ? UInt16.random(in: 0...3, using: &random) : UInt16.random(in: 0...UInt16.max, using: &random)
                timestamp &+=
                    random.chance(0.98)
                    ? UInt32.random(in: 0...3, using: &random) * 480 : UInt32.random(in: 0...UInt32.max, using: &random)
                var writer = RTPHeaderWriter(
                    ssrc: random.chance(0.999) ? 1 : 2, payloadType: 111, sequenceNumber: 0, extensions: .init(),
                    mid: nil)
                writer.sequenceNumber = sequence
                _ = writer.write(into: &slot, marker: false, timestamp: timestamp)
                let count = Int.random(in: 0...40, using: &random)
                let payload = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
                slot.append(payload.span.bytes)
                player.insert(slot, session: 1, arrival: now - .milliseconds(Int64.random(in: -5...50, using: &random)))
            }
            var span = mix.mutableSpan
            let delay =
                random.chance(0.01) ? Interval.milliseconds(Int64.random(in: -100...1_000, using: &random)) : .zero
            player.add(to: &span, minimumDelay: delay, now: now, latency: .zero)
            for i in 0..<480 { span[i] = 0 }
            #expect(pool.inUse <= 257)
            #expect(player.targetDelay <= .milliseconds(500))
        }
        player.forget()
        #expect(pool.inUse == 0)
    }
}
