import Glibc

/// Slowly brings the voice at the microphone to one loudness. A value.
///
/// It listens only while somebody speaks here and nothing is played, so that neither silence nor an echo is made louder,
/// and it never goes far: a whisper shall stay one.
struct GainControl {
    /// Decibels that are added now.
    private(set) var decibels = 0.0
    /// Of the noise between words, in mean squares; it follows down at once and up slowly.
    private var floor = 1e9
    private var applied = 1.0
    /// Periods since something was played: its echo rings on.
    private var quiet = 0

    /// A voice at arm's length, -24 dBFS of mean power.
    private static let target = -24.0
    private static let (most, least) = (12.0, -6.0)
    /// Decibels a period while a voice is heard: 4 dB in a second.
    private static let speed = 0.04
    /// Below this it is nobody who speaks to the kiosk, -50 dBFS.
    private static let faintest = 10_700.0
    private static let ceiling = 29_000.0

    @_lifetime(samples: copy samples)
    mutating func apply(to samples: inout MutableSpan<Int16>, playedPower: Double) {
        guard samples.count > 0 else { return }
        var power = 0.0
        var peak = 0.0
        for i in 0..<samples.count {
            let value = Double(samples[i])
            power += value * value
            peak = max(peak, abs(value))
        }
        power /= Double(samples.count)
        quiet = playedPower > 100 ? 0 : min(quiet + 1, 1_000)
        learn(power)
        var wanted = pow(10, decibels / 20)
        // Rather quieter for a moment than clipped.
        if peak * wanted > Self.ceiling { wanted = max(1, Self.ceiling / peak) }
        let step = (wanted - applied) / Double(samples.count)
        guard wanted != 1 || applied != 1 else { return }
        for i in 0..<samples.count {
            applied += step
            samples[i] = Int16(clamping: Int((Double(samples[i]) * applied).rounded()))
        }
        applied = wanted
    }

    private mutating func learn(_ power: Double) {
        floor = power < floor ? power : min(floor * 1.005, max(power, 1))
        // A voice stands 12 dB above what is there between its words.
        guard quiet > 30, power > Self.faintest, power > floor * 16 else { return }
        let level = 10 * log10(power / (32_768 * 32_768)) + decibels
        decibels += level < Self.target - 3 ? Self.speed : level > Self.target + 9 ? -4 * Self.speed : 0
        decibels = min(max(decibels, Self.least), Self.most)
    }
}
