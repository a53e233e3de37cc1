import Devices
import Glibc
import Primitives
import Testing

@Suite struct SampleClockTests {
    /// A card that is off by `skew` millionths, looked at every 10 ms and up to 2 ms late; returns by how much it was ahead
    /// of the monotonic clock after the first minute, at the least and at the most, in milliseconds.
    private func hour(skew: Double, jitter: Double) -> ClosedRange<Double> {
        var clock = SampleClock()
        var seed: UInt64 = 1
        var (frames, position) = (0.0, 0.0)
        var (least, most) = (0.0, 0.0)
        for n in 1...360_000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1
            let late = jitter * Double(seed >> 40) / Double(1 << 24)
            let time = Double(n) * 0.01
            // What is resampled by the factor; what the card did since is on top, as it is when a card is read.
            let counted = time * 48_000 * (1 + skew / 1e6)
            position += (counted - frames) * clock.factor
            frames = counted
            let seen = position + late * 48_000 * (1 + skew / 1e6)
            clock.observe(position: seen, at: Instant(nanoseconds: Int64((time + late) * 1e9)))
            let ahead = (position / 48_000 - time) * 1_000
            (least, most) = (min(least, ahead), max(most, ahead))
        }
        #expect(clock.jumps == 0)
        #expect(abs((1 / clock.factor - 1) * 1e6 - skew) < 20)
        return least...most
    }

    @Test(arguments: [-200.0, -50, 0, 50, 200], [0, 0.002])
    func aCardStaysWithinTwoMillisecondsForAnHour(skew: Double, jitter: Double) {
        let ahead = hour(skew: skew, jitter: jitter)
        #expect(ahead.lowerBound > -2 && ahead.upperBound < 2)
    }

    @Test func lostSamplesBeginANewTimeline() {
        var clock = SampleClock()
        for n in 0..<500 { clock.observe(position: Double(n) * 480, at: Instant.zero + .milliseconds(10 * Int64(n))) }
        #expect(clock.jumps == 0)
        // A second is missing from the card's count.
        let begins = clock.observe(position: 500 * 480, at: Instant.zero + .seconds(6))
        #expect(begins)
        #expect(clock.jumps == 1)
        let next = clock.time(of: 501 * 480) - Instant.zero
        #expect(next > .milliseconds(6_009) && next < .milliseconds(6_011))
    }

    @Test func nonsenseFromADriverDoesNotTrap() {
        var clock = SampleClock()
        for position in [Double.infinity, -Double.infinity, Double.nan, 1e300, -1e300, 0] {
            clock.observe(position: position, at: .distantFuture)
            clock.observe(position: position, at: .zero)
            _ = clock.time(of: position)
        }
        #expect(clock.factor > 0.99 && clock.factor < 1.01)
    }
}

@Suite struct FractionalResamplerTests {
    @Test(arguments: [0.9998, 1.0002, 1.0]) func aToneStaysPure(step: Double) {
        var resampler = FractionalResampler(capacity: 480)
        resampler.step = step
        var made: [Int16] = []
        var output = [Int16](repeating: 0, count: 500)
        for n in 0..<200 {
            let input = (0..<480).map { Int16(10_000 * sin(2 * .pi * 3_000 * Double(n * 480 + $0) / 48_000)) }
            var span = output.mutableSpan
            let count = resampler.process(input.span, into: &span)
            made += output.prefix(count)
        }
        #expect(abs(Double(made.count) - 96_000 / step) < 10)
        // The tone is `step` times as high; what does not fit it is 50 dB below.
        var (wanted, rest) = (1e-9, 1e-9)
        var (s, c) = (0.0, 0.0)
        let part = made[40_000..<88_000]
        func angle(_ i: Int) -> Double { 2 * .pi * 3_000 * step * Double(i) / 48_000 }
        for i in part.indices {
            s += Double(part[i]) * sin(angle(i)) / 24_000
            c += Double(part[i]) * cos(angle(i)) / 24_000
        }
        for i in part.indices {
            let fit = s * sin(angle(i)) + c * cos(angle(i))
            wanted += fit * fit
            rest += (Double(part[i]) - fit) * (Double(part[i]) - fit)
        }
        #expect(10 * log10(wanted / rest) > 50)
    }
}
