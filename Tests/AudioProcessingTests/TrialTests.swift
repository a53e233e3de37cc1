import AudioProcessing
import Glibc
import Primitives
import TestSignals
import Testing

@Suite struct TrialTests {
    private func recording(path: EchoPath?, late: Int, noise level: Double) -> [Int16] {
        let played = EchoTrial.sound.map(Double.init)
        var noise = Noise(5)
        return (0..<played.count + 24_000).map { i in
            var value = level * noise.next()
            if let path, i >= late, i - late < played.count { value += path.echo(of: played, at: i - late) }
            return Int16(clamping: Int(value.rounded()))
        }
    }

    @Test(arguments: [(100, 0.5), (3_000, 0.1)]) func theEchoIsMeasured(late: Int, gain: Double) throws {
        let path = EchoPath(seed: 4, delay: 240, reverberation: 0.2, gain: gain)
        let recorded = recording(path: path, late: late, noise: 8)
        let findings = try #require(EchoTrial.findings(recorded: recorded, offset: 0))
        // The direct path, and what is reflected soon after, within a millisecond.
        #expect(abs(findings.delay.microseconds - Int64(late + 240) * 1_000 / 48) < 1_000)
        #expect(abs(findings.level - 20 * log10(gain)) < 3)
        #expect(findings.reduction > 15)
    }

    @Test func aRecordingThatBeganEarlierGivesTheSame() throws {
        let path = EchoPath(seed: 4, delay: 240, reverberation: 0.2, gain: 0.5)
        let recorded = [Int16](repeating: 0, count: 4_800) + recording(path: path, late: 0, noise: 8)
        let findings = try #require(EchoTrial.findings(recorded: recorded, offset: 4_800))
        #expect(findings.delay.milliseconds == 5)
    }

    @Test func noiseAndSilenceAreNoEcho() {
        #expect(EchoTrial.findings(recorded: recording(path: nil, late: 0, noise: 3_000), offset: 0) == nil)
        #expect(EchoTrial.findings(recorded: [Int16](repeating: 0, count: 400_000), offset: 0) == nil)
        #expect(EchoTrial.findings(recorded: [], offset: 0) == nil)
        #expect(EchoTrial.findings(recorded: [1, 2], offset: -100_000) == nil)
    }

    @Test func levels() {
        let dead = LevelTrial([Int16](repeating: 0, count: 48_000))
        #expect(dead.isDead && dead.loudest == -96)
        let sine = (0..<48_000).map { Int16(32_767 * sin(2 * .pi * 440 * Double($0) / 48_000)) }
        let loud = LevelTrial(sine)
        #expect(!loud.isDead && abs(loud.loudest + 3) < 0.1 && loud.clipped > 10_000)
        #expect(LevelTrial([]).loudest == -96)
    }
}
