import AudioProcessing
import Devices
import LinuxIO
import Primitives

/// The microphone's sound without what the speaker plays: the stage between microphone and encoder. Owned by the microphone
/// thread; what was played comes to it through `EngineState.played`.
struct EchoRemover: ~Copyable {
    private var processor: AudioProcessor
    private var reference = EchoReference()
    private var played = [Int16](repeating: 0, count: AudioFormat.periodSamples)

    /// Nil where the board wants the microphone's sound as it is.
    init?(_ settings: AudioProcessor.Settings?) {
        guard let settings, !settings.isTransparent else { return nil }
        self.init(processingBy: settings)
    }

    private init(processingBy settings: AudioProcessor.Settings) { processor = AudioProcessor(settings) }

    /// A microphone has been opened: another room perhaps.
    mutating func begin(_ state: EngineState) {
        while state.played.pop() != nil {}
        reference.reset()
        processor.reset()
    }

    /// - Returns: when what is in `period` then was captured.
    mutating func process(_ period: inout [Int16], capturedAt: Instant, _ state: EngineState) -> Instant {
        while let item = state.played.pop() { reference.insert(item) }
        Self.find(&reference, &played, capturedAt)
        Self.apply(&processor, &period, played)
        return capturedAt - processor.delay
    }

    // Each takes what it changes by itself: two parts of one value cannot be lent at once.
    private static func find(_ reference: inout EchoReference, _ played: inout [Int16], _ capturedAt: Instant) {
        var span = played.mutableSpan
        reference.read(&span, capturedAt: capturedAt)
    }
    private static func apply(_ processor: inout AudioProcessor, _ period: inout [Int16], _ played: [Int16]) {
        var span = period.mutableSpan
        processor.process(&span, played: played.span)
    }
}

/// What the playout thread tells the microphone thread about what it plays.
struct PlayedReport {
    private var isFirst = true

    /// The speaker has been opened: what was played before is of another time.
    mutating func begin() { isFirst = true }

    mutating func post(_ samples: [Int16], heardAt: Instant, _ state: EngineState) {
        guard state.configuration.soundProcessing != nil, state.microphone.isOpen else {
            isFirst = true
            return
        }
        var period = PlayedPeriod(heardAt: heardAt, isFirst: isFirst)
        for i in 0..<min(samples.count, AudioFormat.periodSamples) { period.samples[i] = samples[i] }
        // A microphone that hangs hears no echo; it begins anew.
        isFirst = state.played.push(period) != nil
    }
}
