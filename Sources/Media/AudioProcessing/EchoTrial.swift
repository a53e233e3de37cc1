import Devices
import Glibc
public import Primitives

/// What an installer wants to know of speaker and microphone together: chirps are played, what comes back is looked at.
public struct EchoTrial: Sendable {
    /// The sound to play, 8 s; what is recorded meanwhile goes to `findings`.
    public static let sound: [Int16] = {
        let pause = [Int16](repeating: 0, count: 9_600)
        return [Int16](repeating: 0, count: lead) + (0..<chirps).flatMap { _ in chirp + pause }
    }()

    public struct Findings: Equatable, Sendable {
        /// From the moment in which the sound should be heard, as the devices say, to its capture.
        public var delay: Interval
        /// Of what comes back against what was played, in decibels.
        public var level: Double
        /// By how many decibels echo cancellation lowers it, once learnt.
        public var reduction: Double
    }

    /// Samples before the first chirp, and how many chirps.
    private static let (lead, chirps) = (24_000, 15)
    /// 0.3 s from 200 to 3000 Hz at -9 dBFS.
    private static let chirp: [Int16] = (0..<14_400).map { i in
        let share = Double(i) / 14_400
        let phase = 2 * Double.pi * 0.3 * (200 * share + 1_400 * share * share)
        let edge = min(1, min(share, 1 - share) * 20)
        return Int16(11_600 * edge * sin(phase))
    }
    /// Correlation is looked for in every fourth sample: nothing of the chirp is above 3 kHz.
    private static let decimation = 4
    /// Echoes are looked for up to half a second late, and 100 ms early as devices may report too much.
    private static let (early, late) = (4_800, 24_000)

    /// - Parameters:
    ///   - recorded: samples from before the first chirp on.
    ///   - offset: how many samples before the first played one the first recorded one was captured; may be negative.
    /// - Returns: nil if the chirps are not in it.
    public static func findings(recorded: [Int16], offset: Int) -> Findings? {
        guard let lag = delay(of: recorded, offset: offset) else { return nil }
        let shift = offset + lag
        let start = max(0, lead + shift)
        let end = min(recorded.count, start + chirp.count)
        guard end - start > chirp.count / 2 else { return nil }
        let level = decibels(power(recorded[start..<end]), power(chirp[...]))
        return Findings(
            delay: .microseconds(Int64(lag) * 1_000 / 48), level: level, reduction: reduction(recorded, shift: shift))
    }

    private static func delay(of recorded: [Int16], offset: Int) -> Int? {
        // The third chirp: by then both devices' timelines have settled.
        let begin = lead + 2 * (chirp.count + 9_600)
        let pattern = stride(from: 0, to: chirp.count, by: decimation).map { Double(chirp[$0]) }
        let energy = pattern.reduce(0) { $0 + $1 * $1 }
        var best = (value: 0.0, lag: 0)
        for lag in stride(from: -early, to: late, by: decimation) {
            let start = begin + offset + lag
            guard start >= 0, start + chirp.count <= recorded.count else { continue }
            var (product, own) = (0.0, 1.0)
            for (i, value) in pattern.enumerated() {
                let sample = Double(recorded[start + i * decimation])
                product += value * sample
                own += sample * sample
            }
            let likeness = abs(product) / (energy * own).squareRoot()
            if likeness > best.value { best = (likeness, lag) }
        }
        // A room blurs the chirp; noise alone reaches a twentieth.
        return best.value > 0.2 ? best.lag : nil
    }

    /// Runs the recording through echo cancellation, and compares the last three chirps with what is left of them.
    private static func reduction(_ recorded: [Int16], shift: Int) -> Double {
        var settings = AudioProcessor.Settings()
        (settings.noiseSuppression, settings.controlsGain) = (0, false)
        var processor = AudioProcessor(settings)
        let played = sound
        var (before, after) = (0.0, 0.0)
        let last = recorded.count - 3 * (chirp.count + 9_600)
        for start in stride(from: 0, through: recorded.count - 480, by: 480) {
            // The reference comes 5 ms early, as in a call.
            let reference = (0..<480).map { i in
                let at = start + i - shift + 240
                return played.indices.contains(at) ? played[at] : 0
            }
            var period = Array(recorded[start..<start + 480])
            if start >= last { before += power(period[...]) }
            var span = period.mutableSpan
            processor.process(&span, played: reference.span)
            if start >= last { after += power(period[...]) }
        }
        return decibels(before, after)
    }

    private static func power(_ samples: ArraySlice<Int16>) -> Double {
        samples.reduce(0) { $0 + Double($1) * Double($1) } / Double(max(1, samples.count))
    }
    private static func decibels(_ a: Double, _ b: Double) -> Double { 10 * log10(max(a, 0.01) / max(b, 0.01)) }
}

/// How loud a recording is, for an installer.
public struct LevelTrial: Sendable, Equatable {
    /// Of the loudest tenth of a second and of the quietest, in dBFS; -96 is digital silence.
    public var loudest = -96.0
    public var quietest = -96.0
    /// Samples of each million that are as loud as can be.
    public var clipped = 0
    /// Whether every sample is the same: nothing is connected, or a switch is off.
    public var isDead = true

    public init(_ recorded: [Int16]) {
        var levels: [Double] = []
        for start in stride(from: 0, through: recorded.count - 4_800, by: 4_800) {
            let power = recorded[start..<start + 4_800].reduce(0) { $0 + Double($1) * Double($1) } / 4_800
            levels.append(max(-96, 10 * log10(max(power, 0.01) / (32_768 * 32_768))))
        }
        loudest = levels.max() ?? -96
        quietest = levels.min() ?? -96
        let loud = recorded.count { abs(Int($0)) >= 32_700 }
        clipped = loud * 1_000_000 / max(1, recorded.count)
        isDead = recorded.allSatisfy { $0 == recorded[0] }
    }
}
