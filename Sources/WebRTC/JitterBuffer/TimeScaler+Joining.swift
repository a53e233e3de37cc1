extension TimeScaler {
    /// Joins `start..<end`, which comes late, to the concealment that was played for it before `start`: lets that go on for a
    /// part of a pitch period, until both agree, and fades over.
    /// - Precondition: `samples` has room for `longestPeriod` samples after `end`.
    /// - Returns: samples put in; what is to be played is then `start..<end + result`.
    @_lifetime(samples: copy samples)
    public mutating func join(_ samples: inout MutableSpan<Int16>, from start: Int, to end: Int) -> Int {
        let room = end - start
        let window = 240
        guard room >= window, start >= Self.history, end + Self.longestPeriod <= samples.count else { return 0 }
        let pitch = correlator.best(
            in: samples, at: start - Self.longestFade, direction: -1, longest: Self.longestPeriod,
            window: Self.longestFade)
        // Faded away, or without a pitch: the decoder's own transition is as good as any.
        guard pitch.power >= Self.quiet, pitch.likeness >= Self.likeness.large else { return 0 }
        for i in 0..<pitch.lag + window { continuation[i] = samples[start - pitch.lag + i % pitch.lag] }
        let offset = correlator.alignment(of: samples, at: start, in: continuation, upTo: pitch.lag, window: window)
        for i in stride(from: end - 1, through: start, by: -1) { samples[i + offset] = samples[i] }
        for i in 0..<offset { samples[start + i] = continuation[i] }
        for i in 0..<window {
            let at = start + offset + i
            samples[at] = Self.mixed(continuation[offset + i], samples[at], i, of: window)
        }
        return offset
    }
}
