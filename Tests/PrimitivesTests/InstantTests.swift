import Primitives
import Testing

@Suite struct InstantTests {
    @Test func arithmeticSaturatesInsteadOfTrapping() {
        #expect(Instant.distantFuture + .seconds(1) == .distantFuture)
        #expect(Instant(nanoseconds: .min) - .seconds(1) == Instant(nanoseconds: .min))
        #expect(Interval.seconds(.max) == Interval(nanoseconds: .max))
        #expect(Instant.zero + .milliseconds(5) - .zero == .microseconds(5_000))
    }
}
