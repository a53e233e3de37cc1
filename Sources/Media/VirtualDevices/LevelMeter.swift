import Glibc
import Primitives

/// How loud the last 100 ms were, and the frequency of what dominates them; written by an audio thread, read by any.
public final class LevelMeter: Sendable {
    private let hundredthsOfDecibel = Gauge(-9_600)
    private let hertz = Gauge(0)

    public init() {}

    /// In dBFS, -96 for silence; 0 is a full-scale square.
    public var level: Double { Double(hundredthsOfDecibel.current) / 100 }
    /// In hertz by zero crossings, 0 for silence. Exact for one tone, an indication for anything else.
    public var frequency: Double { Double(hertz.current) }

    func publish(sumOfSquares: Double, crossings: Int, samples: Int) {
        let power = sumOfSquares / Double(max(1, samples)) / (32_768 * 32_768)
        let decibels = power > 0 ? max(-96, 10 * log10(power)) : -96
        hundredthsOfDecibel.set(Int64(decibels * 100))
        hertz.set(decibels > -60 ? Int64(Double(crossings) * 48_000 / 2 / Double(max(1, samples))) : 0)
    }
}
