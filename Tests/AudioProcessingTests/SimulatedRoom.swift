import AudioProcessing
import Devices
import Glibc
import Primitives
import TestSignals

/// The way from a speaker to a microphone in one room: a direct path and reflections that die away.
struct EchoPath {
    private var taps: [(delay: Int, gain: Double)] = []

    /// - Parameters:
    ///   - delay: of the direct path, in samples.
    ///   - reverberation: seconds in which it dies away by 60 dB.
    ///   - gain: of all of it together.
    init(seed: UInt64, delay: Int, reverberation: Double, gain: Double) {
        var noise = Noise(seed)
        var all: [(delay: Int, gain: Double)] = [(delay, 1)]
        for i in 0..<80 {
            let later = 40 + Int(Double(i) * 85 + 84 * noise.share())
            let decay = exp(-6.9 * Double(later) / 48_000 / reverberation)
            all.append((delay + later, 0.5 * noise.next() * decay))
        }
        let energy = all.reduce(0) { $0 + $1.gain * $1.gain }
        taps = all.map { ($0.delay, $0.gain * gain / energy.squareRoot()) }
    }

    func echo(of played: [Double], at index: Int) -> Double {
        var sum = 0.0
        played.withUnsafeBufferPointer { played in
            for tap in taps where tap.delay <= index { sum += tap.gain * played[index - tap.delay] }
        }
        return sum
    }
}

/// Speaker and microphone in a room, through the very parts that a call uses, in virtual time.
struct SimulatedRoom {
    /// What the other side says, what is said here, and what of the first comes back.
    var far: [Double]
    var near: [Double]
    var echo: [Double]
    /// What was sent.
    var sent: [Double] = []
    /// Samples by which it is behind.
    var delay = 0
    var moves = 0

    /// - Parameters:
    ///   - paths: the echo's path, and the second from which it is.
    ///   - reported: what the speaker's latency is said to be by then, for changes that the device knows of.
    init(far: [Double], near: [Double], paths: [(from: Double, path: EchoPath)]) {
        (self.far, self.near) = (far, near)
        echo = far.indices.map { i in
            let time = Double(i) / 48_000
            let path = paths.last { $0.from <= time } ?? paths[0]
            return path.path.echo(of: far, at: i)
        }
    }

    mutating func run(_ settings: AudioProcessor.Settings, noise level: Double = 4, jitter: Double = 0.001) {
        var processor = AudioProcessor(settings)
        var reference = EchoReference()
        var noise = Noise(7)
        var (captured, played) = ([Int16](repeating: 0, count: 480), [Int16](repeating: 0, count: 480))
        sent = []
        delay = Int(processor.delay.microseconds * 48 / 1_000)
        func moment(_ sample: Int) -> Instant {
            let exact = Instant.zero + .seconds(10) + .microseconds(Int64(sample) * 1_000 / 48)
            return exact + .nanoseconds(Int64(noise.next() * jitter * 1e9))
        }
        for start in stride(from: 0, through: far.count - 480, by: 480) {
            var period = PlayedPeriod(heardAt: moment(start))
            for i in 0..<480 { period.samples[i] = Int16(clamping: Int(far[start + i].rounded())) }
            reference.insert(period)
            // A speaker is written ahead of what is heard, a microphone read after it.
            let heard = start - 2 * 480
            guard heard >= 0 else { continue }
            for i in 0..<480 {
                let hiss = (noise.next() + noise.next()) * level * 1.22
                captured[i] = Int16(clamping: Int((echo[heard + i] + near[heard + i] + hiss).rounded()))
            }
            var other = played.mutableSpan
            reference.read(&other, capturedAt: moment(heard))
            var span = captured.mutableSpan
            processor.process(&span, played: played.span)
            sent += captured.map(Double.init)
        }
        moves = reference.moves
    }

    /// By how many decibels less of the echo is sent than came in, between two seconds in which nobody speaks here.
    func reduction(_ from: Double, _ to: Double) -> Double {
        10 * log10(Self.power(echo, from, to) / Self.power(sent, from, to))
    }

    /// By how many decibels what was said here came out lower: what `sent` has in common with it.
    func attenuation(_ from: Double, _ to: Double) -> Double {
        var (product, energy) = (0.0, 1e-9)
        for i in Int(from * 48_000)..<Int(to * 48_000) where i + delay < sent.count {
            product += near[i] * sent[i + delay]
            energy += near[i] * near[i]
        }
        return -20 * log10(max(1e-6, product / energy))
    }

    /// Seconds from `change` until a second follows with at least `decibels` of reduction.
    func recovery(after change: Double, decibels: Double = 30) -> Double {
        let end = Double(sent.count) / 48_000 - 1
        for time in stride(from: change, to: end, by: 0.1) where reduction(time, time + 1) >= decibels {
            return time - change
        }
        return .infinity
    }

    static func power(_ samples: [Double], _ from: Double, _ to: Double) -> Double {
        samples[Int(from * 48_000)..<min(samples.count, Int(to * 48_000))].reduce(1e-9) { $0 + $1 * $1 }
    }
}
