import GPIOPanel
import Primitives
import Testing

@Suite struct DebouncerTests {
    private func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

    @Test func aLevelCountsOnceItHasStoodStill() {
        var line = Debouncer(period: .milliseconds(20), level: false)
        #expect(line.edge(to: true, at: at(0)) == nil)
        #expect(line.nextDeadline == at(20))
        #expect(line.advance(to: at(19)) == nil)
        #expect(line.advance(to: at(20)) == at(0))
        #expect(line.level)
        #expect(line.nextDeadline == .distantFuture)
    }

    @Test func bouncingCountsOnceFromItsLastEdge() {
        var line = Debouncer(period: .milliseconds(20), level: false)
        for millisecond in 0..<15 { #expect(line.edge(to: millisecond % 2 == 0, at: at(Int64(millisecond))) == nil) }
        #expect(line.advance(to: at(33)) == nil)
        #expect(line.advance(to: at(34)) == at(14))
    }

    @Test func aSpikeNeverCounts() {
        var line = Debouncer(period: .milliseconds(20), level: false)
        _ = line.edge(to: true, at: at(0))
        _ = line.edge(to: false, at: at(5))
        #expect(line.nextDeadline == .distantFuture)
        #expect(line.advance(to: at(1000)) == nil)
        #expect(!line.level)
    }

    @Test func anEdgeThatComesLateSettlesWhatWasBefore() {
        var line = Debouncer(period: .milliseconds(20), level: false)
        _ = line.edge(to: true, at: at(0))
        #expect(line.edge(to: false, at: at(500)) == at(0))
        #expect(line.level)
        #expect(line.advance(to: at(520)) == at(500))
        #expect(!line.level)
    }

    @Test func withoutAPeriodEveryEdgeCounts() {
        var line = Debouncer(period: .zero, level: false)
        #expect(line.edge(to: true, at: at(1)) == at(1))
        #expect(line.edge(to: false, at: at(2)) == at(2))
        #expect(line.edge(to: false, at: at(3)) == nil)
    }
}
