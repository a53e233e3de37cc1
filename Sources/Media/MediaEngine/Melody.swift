import MediaControl

/// What a tone sounds like. Each differs from the others in its tune and rhythm, not only in its pitch, for people who do
/// not hear well.
struct Melody {
    struct Note {
        /// Hertz.
        var frequency: Double
        /// Milliseconds from the melody's start.
        var start: Int
        /// Milliseconds until it has died away.
        var length: Int
    }

    var notes: [Note]
    /// Milliseconds until the melody is over, and begins anew if it repeats.
    var period: Int

    private static let (e4, a4, f4, c5, e5, g5, c6) = (329.63, 440.0, 349.23, 523.25, 659.26, 783.99, 1_046.5)

    static func of(_ tone: Tone) -> Melody {
        switch tone {
        case .ringIn:  // up the chord, twice
            let once = [c5, e5, g5, c6].enumerated().map { Note(frequency: $1, start: $0 * 220, length: 700) }
            let again = once.map { Note(frequency: $0.frequency, start: $0.start + 1_200, length: $0.length) }
            return Melody(notes: once + again, period: 3_600)
        case .ringOut:  // one long, soft beat, as a telephone
            return Melody(
                notes: [Note(frequency: a4, start: 0, length: 1_400), Note(frequency: a4, start: 420, length: 1_400)],
                period: 3_000)
        case .connected:  // a quick step up
            return Melody(
                notes: [Note(frequency: g5, start: 0, length: 300), Note(frequency: c6, start: 140, length: 600)],
                period: 900)
        case .weak:  // low and trembling
            return Melody(
                notes: (0..<4).map { Note(frequency: e4, start: $0 * 160, length: 260) }, period: 2_500)
        case .ended:  // down the chord
            return Melody(
                notes: [c6, g5, c5].enumerated().map { Note(frequency: $1, start: $0 * 240, length: 600) },
                period: 1_300)
        case .refused:  // two short falls
            return Melody(
                notes: [(a4, 0), (f4, 180), (a4, 520), (f4, 700)].map { Note(frequency: $0, start: $1, length: 240) },
                period: 1_500)
        case .fault:  // three pairs that grate
            return Melody(
                notes: (0..<3).flatMap {
                    [
                        Note(frequency: f4, start: $0 * 320, length: 240),
                        Note(frequency: f4 * 1.414, start: $0 * 320, length: 240),
                    ]
                }, period: 2_000)
        }
    }
}
