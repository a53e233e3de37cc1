/// Finds where a signal is like itself: first coarsely on every eighth sample's mean, then exactly around the best place.
struct Correlator: ~Copyable {
    struct Match {
        /// Samples between the two pieces that are most alike.
        var lag: Int
        /// Their normalised correlation, −1…1; 0 for silence.
        var likeness: Double
        /// Mean square of the first piece.
        var power: Double
    }
    private static let step = 8
    private var coarse = [Int32](repeating: 0, count: (TimeScaler.longestPeriod + TimeScaler.longestFade) / step + 2)

    /// Compares the `window` samples at `position` with those a lag later (`direction` 1) or earlier (−1), for lags from the
    /// shortest pitch period to `longest`.
    /// - Precondition: all of these are in `samples`.
    mutating func best(
        in samples: borrowing MutableSpan<Int16>, at position: Int, direction: Int, longest: Int, window: Int
    ) -> Match {
        let first = direction > 0 ? position : position - longest
        precondition(first >= 0 && first + longest + window <= samples.count, "the pieces lie within the samples")
        let step = Self.step
        let count = (longest + window) / step
        for i in 0..<count {
            var sum: Int32 = 0
            for k in 0..<step { sum &+= Int32(samples[first + i * step + k]) }
            coarse[i] = sum / Int32(step)
        }
        // Places counted from `first`: of the piece itself, and of what it is compared with.
        let own = direction > 0 ? 0 : longest / step
        var (bestLag, bestScore) = (TimeScaler.shortestPeriod, -Double.infinity)
        for lag in TimeScaler.shortestPeriod / step...longest / step {
            let score = coarseScore(own, own + direction * lag, window / step)
            if score > bestScore { (bestLag, bestScore) = (lag * step, score) }
        }
        return refined(
            samples, at: position, direction: direction,
            lags: max(
                TimeScaler.shortestPeriod, bestLag - step)...max(
                    TimeScaler.shortestPeriod, min(longest, bestLag + step)), window: window)
    }

    private func coarseScore(_ a: Int, _ b: Int, _ count: Int) -> Double {
        let length = min(count, coarse.count - max(a, b))
        var (product, energy): (Int64, Int64) = (0, 0)
        for i in 0..<length {
            let (x, y) = (Int64(coarse[a + i]), Int64(coarse[b + i]))
            product += x * y
            energy += y * y
        }
        return energy > 0 ? Double(product) / Double(energy).squareRoot() : 0
    }

    private func refined(
        _ samples: borrowing MutableSpan<Int16>, at position: Int, direction: Int, lags: ClosedRange<Int>, window: Int
    ) -> Match {
        var power: Int64 = 0
        for i in 0..<window { power += Int64(samples[position + i]) * Int64(samples[position + i]) }
        var best = Match(lag: lags.lowerBound, likeness: -1, power: Double(power) / Double(max(1, window)))
        guard power > 0 else {
            best.likeness = 0
            return best
        }
        for lag in lags {
            let other = position + direction * lag
            var (product, energy): (Int64, Int64) = (0, 0)
            for i in 0..<window {
                let (x, y) = (Int64(samples[position + i]), Int64(samples[other + i]))
                product += x * y
                energy += y * y
            }
            guard energy > 0 else { continue }
            let likeness = Double(product) / (Double(power).squareRoot() * Double(energy).squareRoot())
            if likeness > best.likeness { (best.lag, best.likeness) = (lag, likeness) }
        }
        return best
    }

    /// The offset below `limit` at which `continuation` is most like the `window` samples at `position`.
    func alignment(
        of samples: borrowing MutableSpan<Int16>, at position: Int, in continuation: [Int16], upTo limit: Int,
        window: Int
    ) -> Int {
        var (bestOffset, bestScore) = (0, -Double.infinity)
        var offset = 0
        while offset < limit {
            let score = Self.score(samples, position, continuation, offset, window)
            if score > bestScore { (bestOffset, bestScore) = (offset, score) }
            offset += Self.step / 2
        }
        for offset in max(0, bestOffset - 3)..<min(limit, bestOffset + 4) {
            let score = Self.score(samples, position, continuation, offset, window)
            if score > bestScore { (bestOffset, bestScore) = (offset, score) }
        }
        return bestOffset
    }

    private static func score(
        _ samples: borrowing MutableSpan<Int16>, _ position: Int, _ continuation: [Int16], _ offset: Int, _ window: Int
    ) -> Double {
        var (product, energy): (Int64, Int64) = (0, 0)
        for i in 0..<window {
            let y = Int64(continuation[offset + i])
            product += Int64(samples[position + i]) * y
            energy += y * y
        }
        return energy > 0 ? Double(product) / Double(energy).squareRoot() : 0
    }
}
