public import Devices
import Glibc
import LinuxIO
public import Primitives

/// A microphone made of software: a sine, or a WAV file in a loop, a period every 10 ms of real time. One thread.
public final class VirtualMicrophone: AudioSource {
    /// What the microphone hears.
    public enum Sound: Sendable, Equatable {
        case silence
        /// A sine of this many hertz at -12 dBFS.
        case tone(frequency: Double)
        case wav(path: String)
    }

    private let samples: [Int16]  // one loop of the sound
    private var position = 0
    private var due: Instant

    public init(_ sound: Sound) throws(DeviceError) {
        switch sound {
        case .silence: samples = [Int16](repeating: 0, count: AudioFormat.periodSamples)
        case .tone(let frequency):
            guard (20...20_000).contains(frequency) else { throw .unsupported("a tone of \(frequency) Hz") }
            // One second holds a whole number of periods of a whole frequency, so the loop has no click.
            let whole = frequency.rounded()
            samples = (0..<AudioFormat.sampleRate).map {
                Int16(8231 * sin(2 * .pi * whole * Double($0) / Double(AudioFormat.sampleRate)))
            }
        case .wav(let path):
            do { samples = try WAVFile.samples(path: path) } catch {
                switch error {
                case .cannotOpen(let errno): throw .failed(errno: errno, operation: "open \(path)")
                case .notWAV(let why): throw .unsupported("\(path) \(why)")
                }
            }
            guard !samples.isEmpty else { throw .unsupported("\(path) is empty") }
        }
        due = MonotonicClock.now() + AudioFormat.period
    }

    public func read(_ output: inout MutableSpan<Int16>, until deadline: Instant) throws(DeviceError) -> Instant? {
        guard due <= deadline else {
            MonotonicClock.sleep(until: deadline)
            return nil
        }
        MonotonicClock.sleep(until: due)
        // Half a second behind is a stopped process, not jitter: a card would have overrun and started anew.
        let now = MonotonicClock.now()
        if now - due > .milliseconds(500) { due = now }
        for i in 0..<min(output.count, AudioFormat.periodSamples) {
            output[i] = samples[position]
            position += 1
            if position == samples.count { position = 0 }
        }
        let captured = due - AudioFormat.period
        due += AudioFormat.period
        return captured
    }
}
