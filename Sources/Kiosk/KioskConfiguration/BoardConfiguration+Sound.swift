public import Devices
public import Primitives

extension BoardConfiguration {
    public struct Microphone: Equatable, Sendable {
        public enum Source: Equatable, Sendable {
            case silence
            /// A sine of so many hertz.
            case tone(frequency: Int)
            /// A WAV file, played in a loop.
            case wav(path: String)
            case alsa(SoundDevice)
        }
        public var source: Source
    }

    public struct Speaker: Equatable, Sendable {
        /// The card; nil only measures what is played.
        public var alsa: SoundDevice?
        /// Where a speaker of software also writes what is played.
        public var wav: String?
    }

    public struct Sounds: Equatable, Sendable {
        /// Of the kiosk's own tones, in percent of their full loudness.
        public var level: Int
    }

    public struct Audio: Equatable, Sendable {
        public enum EchoCancellation: String, Equatable, Sendable, CaseIterable {
            /// Where the microphone is a real one.
            case auto
            case off
        }

        /// Bits a second.
        public var bitrate: Int
        /// Opus' in-band forward error correction.
        public var errorCorrection: Bool
        /// Discontinuous transmission in silence. Off by default: Opus takes a steady sound (a monitor's tone, a
        /// breath) for silence, and here such sounds are what the clinician listens for.
        public var discontinuous: Bool
        /// Bounds of what received sound waits for late packets.
        public var minimumDelay: Interval
        public var maximumDelay: Interval
        public var echoCancellation: EchoCancellation
        /// Decibels by which a real microphone's steady noise is damped at the most.
        public var noiseSuppression: Int
        /// Whether a real microphone's voices are brought to one loudness.
        public var gainControl: Bool
    }
}

extension SoundDevice {
    private static let others = ["level", "muted", "element"]

    /// Nil if the section names no card.
    fileprivate static func read(_ section: ConfigurationSection) -> Self? {
        let device = Self(
            name: section.text("alsa", limit: 120) ?? "",
            level: section.has("level") ? section.integer("level", in: 0...100, default: 100) : nil,
            isMuted: section.has("muted") ? section.truth("muted", default: false) : nil,
            element: section.text("element", limit: 60))
        // Asked for in any case, so that all keys are known.
        if !section.has("level") { _ = section.integer("level", in: 0...100, default: 100) }
        if !section.has("muted") { _ = section.truth("muted", default: false) }
        guard section.has("alsa") else {
            for key in others where section.has(key) { section.reject(key, "needs a sound card: give 'alsa' too") }
            return nil
        }
        return device
    }
}

extension BoardConfiguration.Microphone {
    init(_ section: ConfigurationSection) {
        let tone = section.integer("tone", in: 0...20_000, default: 0)
        let file = section.path("wav")
        let card = SoundDevice.read(section)
        if section.has("tone"), section.has("wav") { section.reject("wav", "stands beside 'tone'; take one") }
        for key in ["tone", "wav"] where section.has("alsa") && section.has(key) {
            section.reject(key, "stands beside 'alsa'; take one")
        }
        source = card.map { .alsa($0) } ?? file.map { .wav(path: $0) } ?? (tone > 0 ? .tone(frequency: tone) : .silence)
    }
}

extension BoardConfiguration.Speaker {
    init(_ section: ConfigurationSection) {
        wav = section.path("wav")
        alsa = SoundDevice.read(section)
        if section.has("alsa"), section.has("wav") { section.reject("wav", "stands beside 'alsa'; take one") }
    }
}

extension BoardConfiguration.Audio {
    init(_ section: ConfigurationSection) {
        bitrate = section.integer("bitrate", in: 6_000...128_000, default: 32_000)
        errorCorrection = section.truth("errorCorrection", default: true)
        discontinuous = section.truth("discontinuous", default: false)
        minimumDelay = section.duration(
            "minimumDelay", in: .milliseconds(0) ... .milliseconds(400), default: .milliseconds(20))
        maximumDelay = section.duration(
            "maximumDelay", in: .milliseconds(60) ... .milliseconds(1_000), default: .milliseconds(500))
        if minimumDelay > maximumDelay {
            section.reject("minimumDelay", "is above the maximumDelay of \(maximumDelay.milliseconds)ms")
        }
        echoCancellation = section.choice("echoCancellation", default: EchoCancellation.auto)
        noiseSuppression = section.integer("noiseSuppression", in: 0...30, default: 6)
        gainControl = section.truth("gainControl", default: true)
    }
}
