import AudioProcessing
import TestSignals
import Testing

/// The figures of docs/adr/0008, from seeds: they are the same on every machine that computes alike.
@Suite struct EchoTests {
    private static let first = EchoPath(seed: 1, delay: 300, reverberation: 0.25, gain: 0.5)
    private static let second = EchoPath(seed: 2, delay: 900, reverberation: 0.3, gain: 0.5)

    private static func silence(_ seconds: Double) -> [Double] {
        [Double](repeating: 0, count: Int(seconds * 48_000))
    }

    private static var echoOnly: AudioProcessor.Settings {
        var settings = AudioProcessor.Settings()
        settings.controlsGain = false
        return settings
    }

    @Test(arguments: [UInt64(11), 12, 13])
    func echoIsGoneAfterThreeSeconds(seed: UInt64) {
        var speech = Speech(seed: seed, pitch: 120)
        var room = SimulatedRoom(
            far: speech.samples(seconds: 10, level: 3_000), near: Self.silence(10), paths: [(0, Self.first)])
        room.run(Self.echoOnly)
        #expect(room.reduction(3, 10) >= 30)
        #expect(room.moves == 0)
    }

    @Test(arguments: [UInt64(21), 22, 23])
    func aVoiceBesideTheEchoIsHeard(seed: UInt64) {
        var (other, own) = (Speech(seed: seed, pitch: 120), Speech(seed: seed + 100, pitch: 190))
        var near = Self.silence(8)
        near += own.samples(seconds: 8, level: 1_500)
        var room = SimulatedRoom(
            far: other.samples(seconds: 16, level: 3_000), near: near, paths: [(0, Self.first)])
        room.run(Self.echoOnly)
        #expect(room.attenuation(9, 15.5) <= 3)
    }

    @Test(arguments: [UInt64(31), 32, 33])
    func aChangedRoomIsLearntWithinFiveSeconds(seed: UInt64) {
        var speech = Speech(seed: seed, pitch: 120)
        var room = SimulatedRoom(
            far: speech.samples(seconds: 22, level: 3_000), near: Self.silence(22),
            paths: [(0, Self.first), (10, Self.second)])
        room.run(Self.echoOnly)
        #expect(room.recovery(after: 10) <= 5)
    }
}
