import Glibc
import MediaControl
import Primitives

/// Which tone is asked for, in one number that crosses between threads.
struct ToneRequest: Equatable {
    /// Nil asks for silence.
    var tone: Tone?
    var repeating: Bool
    /// Counts the requests, so that the same tone asked for again starts anew.
    var number: UInt32

    static let silence = ToneRequest(tone: nil, repeating: false, number: 0)

    init(tone: Tone?, repeating: Bool, number: UInt32) {
        (self.tone, self.repeating, self.number) = (tone, repeating, number)
    }

    init(packed: Int64) {
        tone = Tone(rawValue: UInt8(truncatingIfNeeded: packed))
        repeating = packed >> 8 & 1 == 1
        number = UInt32(truncatingIfNeeded: packed >> 16)
    }

    var packed: Int64 { Int64(tone?.rawValue ?? 0xFF) | (repeating ? 1 << 8 : 0) | Int64(number) << 16 }
}

/// Makes the samples of a tone. Owned by the playout thread; all melodies are made before it runs.
struct ToneGenerator {
    private let melodies: [Melody] = Tone.allCases.map(Melody.of)
    private var request = ToneRequest.silence
    /// The melody that is heard; still the last one while it fades out.
    private var melody = 0
    private var position = 0
    private var isPlaying = false
    /// 1, and less while a tone that was stopped fades out.
    private var gain = 1.0
    private let level: Double

    private static let amplitude = 7_000.0
    private static let attack = 0.006
    /// What is left after one period of 10 ms of fading; at once would click.
    private static let fade = 0.6

    /// - Parameter level: 0…1, of the full loudness.
    init(level: Double) { self.level = min(max(level, 0), 1) }

    /// Whether there is still something to be heard.
    var isActive: Bool { isPlaying }

    mutating func follow(_ new: ToneRequest) {
        guard new != request else { return }
        request = new
        guard let tone = new.tone, let index = Tone.allCases.firstIndex(of: tone) else { return }
        (melody, position, isPlaying, gain) = (index, 0, true, 1)
    }

    /// Counts `new` as heard already.
    mutating func ignore(_ new: ToneRequest) { (request, isPlaying) = (new, false) }

    @_lifetime(mix: copy mix)
    mutating func add(to mix: inout MutableSpan<Int32>) {
        guard isPlaying else { return }
        render(into: &mix)
        guard request.tone == nil else { return }
        gain *= Self.fade
        if gain < 0.01 { isPlaying = false }
    }

    @_lifetime(mix: copy mix)
    private mutating func render(into mix: inout MutableSpan<Int32>) {
        let melody = melodies[melody]
        let length = melody.period * 48
        for i in 0..<mix.count {
            mix[i] += Int32(Self.sample(of: melody, at: position) * gain * level)
            position += 1
            guard position >= length else { continue }
            position = 0
            if !request.repeating {
                isPlaying = false
                return
            }
        }
    }

    /// A struck bar: three partials that die away, the higher the sooner.
    private static func sample(of melody: Melody, at position: Int) -> Double {
        var sum = 0.0
        for note in melody.notes where position >= note.start * 48 && position < (note.start + note.length) * 48 {
            let time = Double(position - note.start * 48) / 48_000
            let decay = exp(-5 * time * 1_000 / Double(note.length))
            let phase = 2 * Double.pi * note.frequency * time
            let rise = min(1, time / attack)
            // The end of the decay, e⁻⁵, is not quite nothing.
            let end = min(1, (Double(note.length) / 1_000 - time) / attack)
            sum += rise * end * decay * (sin(phase) + 0.35 * decay * sin(2 * phase) + 0.12 * decay * sin(4 * phase))
        }
        return sum * amplitude
    }
}
