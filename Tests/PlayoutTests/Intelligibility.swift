import Glibc

/// How much of speech is still to be understood, after the idea of STOI (Taal et al., IEEE TASLP 2011): how alike the loudness
/// of each third of an octave goes in the clean and in the degraded sound, over pieces of 400 ms.
///
/// Unlike STOI this follows the degraded sound when it is played faster or slower.
struct Intelligibility {
    private static let (size, hop) = (1_024, 480)
    private static let pieces = 40
    /// Band edges as FFT bins of 46.9 Hz: 15 thirds of an octave from 150 Hz on.
    private static let edges: [Int] = (0...15).map { Int((134 * pow(2, Double($0) / 3) / 46.875).rounded()) }

    /// Band loudness by frame, every `step` samples.
    private static func bands(of sound: [Int16], step: Int) -> [[Double]] {
        var transform = Transform(size)
        return stride(from: 0, to: max(0, sound.count - size), by: step).map { at in
            let power = transform.power(of: sound[at..<at + size])
            return (0..<15).map { band in
                let range = edges[band]..<max(edges[band] + 1, edges[band + 1])
                return power[range].reduce(0, +).squareRoot()
            }
        }
    }

    /// The mean over all pieces in which there is speech; 1 is the clean sound. `lag` is by about how many samples `heard` is
    /// behind, at the start.
    static func score(clean: [Int16], heard: [Int16], lag: Int) -> Double {
        let reference = bands(of: clean, step: hop)
        let other = bands(of: heard, step: hop / 2)
        let loudness = reference.map { $0.reduce(0, +) }
        let loudest = loudness.max() ?? 0
        var (total, count) = (0.0, 0)
        var behind = lag / (hop / 2)
        for first in stride(from: 0, to: reference.count - pieces, by: pieces / 2) {
            guard loudness[first..<first + pieces].reduce(0, +) / Double(pieces) > loudest / 30 else { continue }
            var best = (score: -1.0, behind: behind)
            for candidate in behind - 10...behind + 10 {
                let score = likeness(reference, other, first, candidate)
                if score > best.score { best = (score, candidate) }
            }
            behind = best.behind
            total += best.score
            count += 1
        }
        return count > 0 ? total / Double(count) : 0
    }

    /// The mean over the bands of the correlation of both loudnesses over one piece.
    private static func likeness(_ clean: [[Double]], _ heard: [[Double]], _ first: Int, _ behind: Int) -> Double {
        guard heard.indices.contains(first * 2 + behind), heard.indices.contains((first + pieces) * 2 + behind) else {
            return -1
        }
        var total = 0.0
        let count = Double(pieces)
        for band in 0..<15 {
            var (sx, sy, xx, yy, xy) = (0.0, 0.0, 0.0, 0.0, 0.0)
            for i in 0..<pieces {
                let (x, y) = (clean[first + i][band], heard[(first + i) * 2 + behind][band])
                sx += x
                sy += y
                xx += x * x
                yy += y * y
                xy += x * y
            }
            let (vx, vy) = (xx - sx * sx / count, yy - sy * sy / count)
            total += vx > 0 && vy > 0 ? (xy - sx * sy / count) / (vx * vy).squareRoot() : 0
        }
        return total / 15
    }
}

/// A Fourier transform of a power of two of samples under a Hann window.
struct Transform {
    private let size: Int
    private let window, cosines, sines: [Double]
    private var (re, im): ([Double], [Double])

    init(_ size: Int) {
        self.size = size
        window = (0..<size).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(size)) }
        cosines = (0..<size / 2).map { cos(2 * .pi * Double($0) / Double(size)) }
        sines = (0..<size / 2).map { -sin(2 * .pi * Double($0) / Double(size)) }
        (re, im) = ([Double](repeating: 0, count: size), [Double](repeating: 0, count: size))
    }

    /// The power in each bin up to half the sampling rate.
    mutating func power(of samples: ArraySlice<Int16>) -> [Double] {
        var j = 0
        for (i, sample) in samples.enumerated() {
            (re[j], im[j]) = (Double(sample) * window[i], 0)
            var bit = size >> 1
            while bit > 0, j & bit != 0 {
                j ^= bit
                bit >>= 1
            }
            j |= bit
        }
        var half = 1
        while half < size {
            for start in stride(from: 0, to: size, by: half * 2) {
                for k in 0..<half {
                    let (c, s) = (cosines[k * size / (half * 2)], sines[k * size / (half * 2)])
                    let (a, b) = (start + k, start + k + half)
                    let (x, y) = (re[b] * c - im[b] * s, re[b] * s + im[b] * c)
                    (re[b], im[b]) = (re[a] - x, im[a] - y)
                    (re[a], im[a]) = (re[a] + x, im[a] + y)
                }
            }
            half *= 2
        }
        return (0..<size / 2).map { re[$0] * re[$0] + im[$0] * im[$0] }
    }
}
