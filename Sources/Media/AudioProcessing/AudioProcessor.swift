import CSpeexDSP
import Devices
public import Primitives

/// Takes the echo of what is played, noise and differences of loudness out of what the microphone hears. One thread.
///
/// The echo's path is learnt by an adaptive filter; what the filter leaves is damped where it is masked, together with steady
/// noise. Both are libspeexdsp's; why: docs/adr/0008. All memory is taken in `init`.
public struct AudioProcessor: ~Copyable {
    public struct Settings: Equatable, Sendable {
        public var cancelsEcho = true
        /// By how many decibels steady noise is damped at the most, 0…30; 0 leaves it. Steady sounds are noise to it, a
        /// monitor's tone too.
        public var noiseSuppression = 6
        /// Brings quiet voices up and loud ones down.
        public var controlsGain = true

        public init() {}

        /// Whether anything is done at all.
        public var isTransparent: Bool { !cancelsEcho && noiseSuppression == 0 && !controlsGain }
    }

    /// How much earlier than it comes out the sound was captured.
    public let delay: Interval
    private let settings: Settings
    private let echo: OpaquePointer?
    private let stage: OpaquePointer?
    private var gain = GainControl()
    private var input = [Int16](repeating: 0, count: AudioFormat.periodSamples)
    private var reference = [Int16](repeating: 0, count: AudioFormat.periodSamples)
    private var output = [Int16](repeating: 0, count: AudioFormat.periodSamples)

    /// The longest echo that is learnt: of a room with some furniture, with the reference aligned.
    private static let tail = 150
    /// What is taken from the echo that the filter leaves while nobody speaks here, and while somebody does: the first for
    /// 30 dB in all, the second so that a voice loses no more than 3 dB.
    private static let (idle, speaking): (Int32, Int32) = (-50, -15)

    public init(_ settings: Settings) {
        self.settings = settings
        let period = Int32(AudioFormat.periodSamples)
        let rate = Int32(AudioFormat.sampleRate)
        let usesStage = settings.cancelsEcho || settings.noiseSuppression > 0
        echo = settings.cancelsEcho ? speex_echo_state_init(period, Int32(Self.tail) * rate / 1_000) : nil
        stage = usesStage ? speex_preprocess_state_init(period, rate) : nil
        // The stage works on windows that overlap by a period.
        delay = stage == nil ? .zero : AudioFormat.period
        if let echo { _ = cspeex_echo_set_rate(echo, rate) }
        guard let stage else { return }
        if let echo {
            _ = cspeex_set_echo(stage, echo)
            _ = cspeex_set_echo_suppression(stage, Self.idle, Self.speaking)
        }
        _ = cspeex_set_noise_suppression(stage, Int32(clamping: 0 - min(max(settings.noiseSuppression, 0), 30)))
    }

    deinit {
        if let stage { speex_preprocess_state_destroy(stage) }
        if let echo { speex_echo_state_destroy(echo) }
    }

    /// Forgets the room and starts learning anew.
    public mutating func reset() {
        if let echo { speex_echo_state_reset(echo) }
        gain = GainControl()
    }

    /// Processes one period in place. `played` is what was heard from the speaker while it was captured, silence if nothing.
    @_lifetime(samples: copy samples)
    public mutating func process(_ samples: inout MutableSpan<Int16>, played: Span<Int16>) {
        let count = AudioFormat.periodSamples
        guard samples.count == count, played.count == count, let stage else {
            if settings.controlsGain { gain.apply(to: &samples, playedPower: 0) }
            return
        }
        for i in 0..<count { output[i] = samples[i] }
        var power = 0.0
        if let echo {
            for i in 0..<count {
                input[i] = samples[i]
                reference[i] = played[i]
                power += Double(played[i]) * Double(played[i])
            }
            speex_echo_cancellation(echo, input, reference, &output)
        }
        speex_preprocess_run(stage, &output)
        for i in 0..<count { samples[i] = output[i] }
        if settings.controlsGain { gain.apply(to: &samples, playedPower: power / Double(count)) }
    }
}
