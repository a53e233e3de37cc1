import Glibc

/// Noise of a seed, the same on every machine.
package struct Noise {
    private var state: UInt64
    package init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    /// −1…1.
    package mutating func next() -> Double {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Double(Int64(bitPattern: state) >> 11) / Double(Int64(1) << 52)
    }
    /// 0..<1.
    package mutating func share() -> Double { (next() + 1) / 2 }
}

/// What sounds and pauses like somebody who speaks: pulses of a gliding pitch through three resonances that move from vowel to
/// vowel, hisses between them, a breath now and then.
package struct Speech {
    private var noise: Noise
    private let pitch: Double
    private var resonators = [Resonator](repeating: Resonator(), count: 3)
    private var phase = 0.0
    private var tilt = 0.0

    private static let vowels: [[Double]] = [
        [730, 1_090, 2_440], [270, 2_290, 3_010], [300, 870, 2_240], [530, 1_840, 2_480], [570, 840, 2_410],
        [440, 1_020, 2_240],
    ]

    package init(seed: UInt64, pitch: Double) { (noise, self.pitch) = (Noise(seed), pitch) }

    private struct Resonator {
        var (a, b) = (0.0, 0.0)
        var (x, y) = (0.0, 0.0)
        mutating func tune(_ hertz: Double, width: Double) {
            let radius = exp(-Double.pi * width / 48_000)
            (a, b) = (2 * radius * cos(2 * .pi * hertz / 48_000), -radius * radius)
        }
        mutating func pass(_ input: Double) -> Double {
            let output = input + a * x + b * y
            (x, y) = (output, x)
            return output
        }
    }

    /// `seconds` of it, with the given root mean square while it speaks.
    package mutating func samples(seconds: Double, level: Double) -> [Double] {
        let count = Int(seconds * 48_000)
        var result: [Double] = []
        result.reserveCapacity(count + 24_000)
        while result.count < count {
            for _ in 0..<Int(6 + 8 * noise.share()) { syllable(into: &result) }
            result += [Double](repeating: 0, count: Int(48_000 * (0.15 + 0.25 * noise.share())))
        }
        result.removeLast(result.count - count)
        let active = result.filter { abs($0) > 1e-9 }
        let power = active.reduce(0) { $0 + $1 * $1 } / Double(max(1, active.count))
        let gain = level / power.squareRoot()
        return result.map { max(-30_000, min(30_000, $0 * gain)) }
    }

    private mutating func syllable(into result: inout [Double]) {
        let vowel = Self.vowels[Int(noise.share() * 6) % 6]
        for (i, hertz) in vowel.enumerated() { resonators[i].tune(hertz, width: 60 + 40 * Double(i)) }
        if noise.share() < 0.6 { hiss(Int(48_000 * (0.04 + 0.06 * noise.share())), into: &result) }
        let length = Int(48_000 * (0.1 + 0.15 * noise.share()))
        let (from, to) = (pitch * (0.9 + 0.3 * noise.share()), pitch * (0.8 + 0.3 * noise.share()))
        let loudness = 0.5 + noise.share()
        for i in 0..<length {
            let share = Double(i) / Double(length)
            phase += (from + (to - from) * share) / 48_000
            var pulse = 0.03 * noise.next()
            if phase >= 1 {
                phase -= 1
                pulse += 1
            }
            tilt += (pulse - tilt) * 0.25
            var sum = 0.0
            for k in 0..<3 { sum += resonators[k].pass(tilt) / Double(k + 1) }
            result.append(loudness * sin(.pi * share) * sum)
        }
    }

    private mutating func hiss(_ length: Int, into result: inout [Double]) {
        var last = 0.0
        for i in 0..<length {
            let value = noise.next()
            result.append(1.5 * sin(.pi * Double(i) / Double(length)) * (value - last))
            last = value
        }
    }
}
