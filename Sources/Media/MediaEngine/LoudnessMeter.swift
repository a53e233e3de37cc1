import Glibc
import MediaControl
import Primitives

/// The loudness of the last tenth of a second. One thread.
struct LoudnessMeter {
    private var sum = 0.0
    private var count = 0

    private static let window = 4_800

    mutating func add(_ samples: [Int16]) {
        for sample in samples {
            let value = Double(sample)
            sum += value * value
        }
        count += samples.count
    }

    /// Tenths of a decibel relative to full scale, −1270…0, each time that a tenth of a second is full.
    mutating func takeLevel() -> Int64? {
        guard count >= Self.window else { return nil }
        defer { (sum, count) = (0, 0) }
        let power = sum / Double(count) / (32_768 * 32_768)
        return power > 0 ? Int64(max(-1_270, (100 * log10(power)).rounded())) : -1_270
    }
}

extension EngineState {
    /// Tells kioskd both levels; from the microphone thread, or from playout while the microphone is closed.
    func offerLevels() {
        _ = control.offer(
            .levels(microphone: Float(microphoneLevel.current) / 10, speaker: Float(speakerLevel.current) / 10))
    }
}
