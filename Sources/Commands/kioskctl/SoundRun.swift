import ALSAAudio
import Devices
import KioskConfiguration
import LinuxIO
import LocalControl
import ArgumentParser
import Primitives

/// Plays and records at the same time, on one thread.
struct SoundRun {
    private(set) var recorded: [Int16] = []
    /// From giving a sound to hearing it.
    private(set) var latency = Interval.zero
    /// Devices settle within the first second where their time begins; it is read until the chirp that is looked for.
    private static let reading = 180

    private var capturedAt: Instant?
    private var heardAt: Instant?

    /// How many samples before the first played one the first recorded one was captured.
    var offset: Int {
        guard let capturedAt, let heardAt else { return 0 }
        return Int(clamping: (heardAt - capturedAt).microseconds * 48 / 1_000)
    }

    mutating func run(
        _ microphone: ALSAMicrophone?, _ speaker: ALSASpeaker?, playing sound: [Int16], periods: Int
    ) throws(DeviceError) {
        let length = AudioFormat.periodSamples
        recorded.reserveCapacity((periods + 60) * length)
        for n in 0..<periods {
            if let speaker {
                let period = (0..<length).map { i in
                    sound.indices.contains(n * length + i) ? sound[n * length + i] : 0
                }
                latency = try speaker.write(period.span)
                if n < Self.reading { heardAt = MonotonicClock.now() + latency - AudioFormat.period * Int64(n) }
            }
            guard let microphone else { continue }
            let patience = speaker == nil ? Interval.milliseconds(100) : .zero
            while try take(microphone, until: MonotonicClock.now() + patience), speaker != nil {}
        }
    }

    private mutating func take(_ microphone: ALSAMicrophone, until deadline: Instant) throws(DeviceError) -> Bool {
        var samples = [Int16](repeating: 0, count: AudioFormat.periodSamples)
        var span = samples.mutableSpan
        guard let time = try microphone.read(&span, until: deadline) else { return false }
        if recorded.count < Self.reading * AudioFormat.periodSamples {
            capturedAt = time - .microseconds(Int64(recorded.count) * 1_000 / 48)
        }
        recorded += samples
        return true
    }
}

extension TestOptions {
    /// The board's microphone; a board with one of software means the first card.
    func microphone() throws -> SoundDevice {
        guard case .alsa(let device) = try board.read().microphone.source else { return SoundDevice(name: "auto") }
        return device
    }

    func speaker() throws -> SoundDevice { try board.read().speaker.alsa ?? SoundDevice(name: "auto") }
}
