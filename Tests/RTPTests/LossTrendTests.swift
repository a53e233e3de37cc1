import Primitives
import RTP
import Testing

@Suite struct LossTrendTests {
    @Test func itRisesWithOneReportAndFallsInTens() {
        var trend = LossTrend()
        for second in 0..<10 { trend.update(0, now: Instant(nanoseconds: Int64(second) * 1_000_000_000)) }
        #expect(trend.value == 0)
        trend.update(0.2, now: Instant(nanoseconds: 10_000_000_000))
        #expect(trend.value > 0.13)
        trend.update(0, now: Instant(nanoseconds: 12_000_000_000))
        #expect(trend.value > 0.1)
        for second in 13..<60 { trend.update(0, now: Instant(nanoseconds: Int64(second) * 1_000_000_000)) }
        #expect(trend.value < 0.01)
    }

    @Test func itStaysBetweenNothingAndAll() {
        var random = RandomSource(seed: 2)
        var trend = LossTrend()
        for _ in 0..<10_000 {
            trend.update(
                Double(UInt8.random(in: 0...255, using: &random)) / 256,
                now: Instant(nanoseconds: Int64.random(in: -1_000...(.max), using: &random)))
            #expect(trend.value >= 0 && trend.value <= 1)
        }
    }
}
