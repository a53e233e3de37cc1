import Glibc
import JitterBuffer
import Primitives
import Testing

/// A voice of one pitch: harmonics that fall off by 1/n, at 48 kHz.
private func voice(_ pitch: Double, count: Int, amplitude: Double = 6_000) -> [Int16] {
    (0..<count).map { i in
        let t = Double(i) / 48_000
        return Int16(amplitude * (1...8).reduce(0.0) { $0 + sin(2 * .pi * pitch * Double($1) * t) / Double($1) } / 2)
    }
}

private func largestStep(_ samples: ArraySlice<Int16>) -> Int {
    zip(samples, samples.dropFirst()).reduce(0) { max($0, abs(Int($1.1) - Int($1.0))) }
}

/// The frequency between 60 and 420 Hz at which the samples' power is greatest (Goertzel, in steps of 1 Hz).
private func pitch(of samples: ArraySlice<Int16>) -> Int {
    func power(_ frequency: Int) -> Double {
        let coefficient = 2 * cos(2 * .pi * Double(frequency) / 48_000)
        var (s1, s2) = (0.0, 0.0)
        for sample in samples { (s1, s2) = (Double(sample) + coefficient * s1 - s2, s1) }
        return s1 * s1 + s2 * s2 - coefficient * s1 * s2
    }
    return (60...420).max { power($0) < power($1) } ?? 0
}

@Suite struct TimeScalerTests {
    static let start = TimeScaler.history

    /// Runs `sound` through changes of each 20 ms packet, as a player would.
    private func run(
        _ sound: [Int16], _ change: (inout TimeScaler, inout MutableSpan<Int16>, Int, Int) -> Int
    ) -> [Int16] {
        var scaler = TimeScaler()
        var played = [Int16](repeating: 0, count: Self.start)
        for at in stride(from: 0, to: sound.count - TimeScaler.wantedRoom + 1, by: TimeScaler.wantedRoom) {
            var work = Array(played.suffix(Self.start)) + sound[at..<at + TimeScaler.wantedRoom]
            let end = work.count
            work += [Int16](repeating: 0, count: TimeScaler.longestPeriod)
            var span = work.mutableSpan
            let change = change(&scaler, &span, Self.start, end)
            played += work[Self.start..<end + change]
        }
        return Array(played.dropFirst(Self.start))
    }

    @Test(arguments: [75, 100, 140, 220, 310, 390])
    func shorteningKeepsPitchAndDoesNotClick(frequency: Int) {
        let sound = voice(Double(frequency), count: 1_440 * 20)
        let short = run(sound) { -$0.shorten(&$1, from: $2, to: $3, surplus: 600) }
        #expect(short.count < sound.count * 4 / 5, "\(short.count) of \(sound.count)")
        #expect(abs(pitch(of: short[4_800..<14_400]) - frequency) <= 2)
        #expect(largestStep(short[...]) <= largestStep(sound[...]) * 11 / 10 + 2)
    }

    @Test(arguments: [75, 100, 140, 220, 310, 390])
    func lengtheningKeepsPitchAndDoesNotClick(frequency: Int) {
        let sound = voice(Double(frequency), count: 1_440 * 20)
        let long = run(sound) { $0.lengthen(&$1, from: $2, to: $3, deficit: 600) }
        #expect(long.count > sound.count * 11 / 10, "\(long.count) of \(sound.count)")
        #expect(abs(pitch(of: long[4_800..<14_400]) - frequency) <= 2)
        #expect(largestStep(long[...]) <= largestStep(sound[...]) * 11 / 10 + 2)
    }

    @Test(arguments: [100, 220]) func hasteLeavesOutSeveralPeriods(frequency: Int) {
        let sound = voice(Double(frequency), count: 1_440 * 10)
        let short = run(sound) { -$0.shorten(&$1, from: $2, to: $3, surplus: 9_600) }
        #expect(short.count <= sound.count * 6 / 10)
        #expect(largestStep(short[...]) <= largestStep(sound[...]) * 11 / 10 + 2)
    }

    /// Nothing is like itself in a click, so nothing is cut there for a small gain.
    @Test func soundWithoutAPitchIsLeftForLater() {
        var random = RandomSource(seed: 5)
        let noise = (0..<14_400).map { _ in Int16.random(in: -8_000...8_000, using: &random) }
        #expect(run(noise) { -$0.shorten(&$1, from: $2, to: $3, surplus: 700) } == noise)
        #expect(run(noise) { $0.lengthen(&$1, from: $2, to: $3, deficit: 700) } == noise)
    }

    @Test func silenceIsCutFreely() {
        let silence = [Int16](repeating: 0, count: 14_400)
        #expect(run(silence) { -$0.shorten(&$1, from: $2, to: $3, surplus: 700) }.count < silence.count)
        #expect(run(silence) { $0.lengthen(&$1, from: $2, to: $3, deficit: 700) }.count > silence.count)
    }

    /// The history is a voice whose concealment ran on; what comes late begins elsewhere in its period.
    @Test(arguments: [90, 130, 250], [0, 37, 111]) func whatComesLateIsJoinedInStep(frequency: Int, shift: Int) {
        let sound = voice(Double(frequency), count: 6_000)
        var scaler = TimeScaler()
        let late = sound[1_000 + shift..<1_960 + shift]
        var work = Array(sound[..<1_440]) + late
        let end = work.count
        work += [Int16](repeating: 0, count: TimeScaler.longestPeriod)
        let jump = largestStep(work[1_430..<1_450])
        var span = work.mutableSpan
        let inserted = scaler.join(&span, from: 1_440, to: end)
        #expect(inserted <= TimeScaler.longestPeriod)
        let joined = work[..<(end + inserted)]
        #expect(largestStep(joined) <= largestStep(sound[...]) * 11 / 10 + 2, "\(jump) before")
        #expect(Array(joined.suffix(600)) == Array(late.suffix(600)))
    }

    @Test func hostileLengthsChangeNothing() {
        var scaler = TimeScaler()
        var work = voice(100, count: 3_000)
        let before = work
        var span = work.mutableSpan
        #expect(scaler.shorten(&span, from: 1_440, to: 2_000, surplus: 500) == 0)
        #expect(scaler.shorten(&span, from: 1_440, to: 4_000, surplus: 500) == 0)
        #expect(scaler.shorten(&span, from: 1_440, to: 2_990, surplus: 0) == 0)
        #expect(scaler.lengthen(&span, from: 100, to: 1_500, deficit: 500) == 0)
        #expect(scaler.lengthen(&span, from: 1_440, to: 2_990, deficit: 500) == 0)
        #expect(scaler.join(&span, from: 1_440, to: 2_990) == 0)
        #expect(work == before)
    }
}
