/// Lengthens and shortens speech without changing its pitch, and joins what was made up to what came late: whole periods of
/// the pitch are left out or repeated where the signal is most like itself, and faded over (WSOLA: Verhelst and Roelands,
/// ICASSP 1993).
///
/// Works in place on one channel of 16 bit at 48 kHz, of which some has been played already (the history before `start`)
/// and some has not (`start..<end`). Allocates nothing after `init`; a few tens of thousands of multiplications a change.
public struct TimeScaler: ~Copyable {
    /// Pitch periods looked for: 2.5 ms (400 Hz) to 15 ms (67 Hz).
    public static let shortestPeriod = 120
    public static let longestPeriod = 720
    /// Samples before `start` that are read.
    public static let history = 1_440
    /// Samples after `start` with which all periods can be left out; `leastRoom` is the fewest with which any can.
    public static let wantedRoom = 1_440
    public static let leastRoom = 960
    /// Fades take 10 ms at the most.
    static let longestFade = 480

    /// What is at least asked of the likeness of two pieces, 1 being the same: for a small correction, for a larger one.
    static let likeness = (small: 0.8, large: 0.5)
    /// Sound of a lower mean square than this (−52 dB below full scale) may be cut anywhere.
    static let quiet = 80.0 * 80.0
    /// Above this many samples, 60 ms, haste counts more than likeness.
    static let large = 2_880

    var correlator = Correlator()
    /// The signal that goes on from the history, for joining.
    var continuation = [Int16](repeating: 0, count: longestPeriod + longestFade)

    public init() {}

    /// Leaves out about `surplus` samples after `start`, one pitch period or, for a large surplus, several; none if nothing
    /// fits.
    /// - Returns: samples left out; what is to be played is then `start..<end - result`.
    @_lifetime(samples: copy samples)
    public mutating func shorten(
        _ samples: inout MutableSpan<Int16>, from start: Int, to end: Int, surplus: Int
    ) -> Int {
        let room = end - start
        guard room >= Self.leastRoom, start >= 0, end <= samples.count, surplus > 0 else { return 0 }
        // A little more than the surplus may go, so that a low voice is not stuck with it.
        let longest = min(Self.longestPeriod, room * 5 / 8, surplus + 240)
        guard longest >= Self.shortestPeriod else { return 0 }
        let window = min(Self.longestFade, room - longest)
        let match = correlator.best(in: samples, at: start, direction: 1, longest: longest, window: window)
        let isLarge = surplus >= Self.large
        guard match.power < Self.quiet || match.likeness >= (isLarge ? Self.likeness.large : Self.likeness.small) else {
            return 0
        }
        var removed = match.lag
        if isLarge { while removed + match.lag <= surplus, removed + match.lag * 2 <= room { removed += match.lag } }
        let fade = min(match.lag, room - removed, Self.longestFade)
        Self.fade(&samples, at: start, to: start + removed, count: fade)
        for i in start + fade..<end - removed { samples[i] = samples[i + removed] }
        return removed
    }

    /// Repeats one pitch period at `start`, if `deficit` samples or about as many are wanted and the sound allows it.
    /// - Precondition: `samples` has room for `longestPeriod` samples after `end`.
    /// - Returns: samples put in; what is to be played is then `start..<end + result`.
    @_lifetime(samples: copy samples)
    public mutating func lengthen(
        _ samples: inout MutableSpan<Int16>, from start: Int, to end: Int, deficit: Int
    ) -> Int {
        let room = end - start
        guard room >= Self.longestFade, start >= Self.history, end + Self.longestPeriod <= samples.count, deficit > 0
        else { return 0 }
        let longest = min(Self.longestPeriod, deficit + 480)
        let match = correlator.best(in: samples, at: start, direction: -1, longest: longest, window: Self.longestFade)
        let limit = deficit >= Self.large ? Self.likeness.large : Self.likeness.small
        guard match.power < Self.quiet || match.likeness >= limit else { return 0 }
        let inserted = match.lag
        let fade = min(inserted, Self.longestFade)
        // From `start + inserted` on everything is a period later; before that, the fade and the rest of the repeated one.
        for i in stride(from: end - 1, through: start, by: -1) { samples[i + inserted] = samples[i] }
        for i in 0..<inserted where i >= fade { samples[start + i] = samples[start + i - inserted] }
        for i in 0..<fade {
            let (old, new) = (samples[start + inserted + i], samples[start + i - inserted])
            samples[start + i] = Self.mixed(old, new, i, of: fade)
        }
        return inserted
    }

    @_lifetime(samples: copy samples)
    static func fade(_ samples: inout MutableSpan<Int16>, at start: Int, to other: Int, count: Int) {
        for i in 0..<count { samples[start + i] = mixed(samples[start + i], samples[other + i], i, of: count) }
    }

    /// Step `i` of `count` of the way from `old` to `new`.
    @inline(__always)
    static func mixed(_ old: Int16, _ new: Int16, _ i: Int, of count: Int) -> Int16 {
        Int16(truncatingIfNeeded: (Int(old) * (count - i) + Int(new) * i) / count)
    }
}
