import Codecs
import Devices
import LinuxIO
import MediaControl
import Primitives

/// The microphone thread: opens the microphone when it is wanted and makes one Opus packet of each 20 ms.
struct MicrophoneLoop: ~Copyable {
    private let state: EngineState
    private var waiter: Waiter
    private var encoder: OpusEncoder?
    private var samples = [Int16](repeating: 0, count: Opus.samplesPerPacket)
    private var filled = 0
    private var period = [Int16](repeating: 0, count: AudioFormat.periodSamples)
    private var firstCapturedAt = Instant.zero
    /// Of the next packet's first sample, at 48 kHz; it goes on while nothing is sent.
    private var timestamp: UInt32 = 0
    /// When the sample after the last one read should have been captured.
    private var expected: Instant?
    /// When the two periods after the last one read have been captured.
    private var packetIsDue = Instant.zero
    private var meter = LoudnessMeter()
    private var echoRemover: EchoRemover?

    /// What the encoder was told to prepare for, in per cent.
    private var expectedLoss = leastExpectedLoss

    private static let (leastExpectedLoss, mostExpectedLoss) = (10, 30)
    private static let patience = Interval.milliseconds(100)
    private static let retry = Interval.seconds(1)
    /// A microphone later than this has left sound out, and the timestamps jump as far.
    private static let tolerance = Interval.milliseconds(60)

    init(_ state: EngineState) throws(SystemError) { self.init(state, try Waiter(state.microphoneSignal)) }

    private init(_ state: EngineState, _ waiter: consuming Waiter) {
        self.state = state
        self.waiter = waiter
        let configuration = state.configuration
        echoRemover = EchoRemover(configuration.soundProcessing)
        encoder = try? OpusEncoder(
            .init(
                bitrate: configuration.audioBitrate, expectedLoss: Self.leastExpectedLoss,
                errorCorrection: configuration.audioErrorCorrection,
                discontinuous: configuration.audioDiscontinuous))
    }

    mutating func run() {
        while !state.stops {
            guard state.microphone.isWanted else {
                state.heartbeats.rest(.microphone)
                waiter.wait(until: .distantFuture, now: .zero)
                continue
            }
            do throws(DeviceError) {
                try listen()
                state.microphone.closed(control: state.control)
            } catch {
                state.microphone.failed(error, control: state.control)
                pause()
            }
        }
    }

    /// The microphone is open exactly as long as this function runs.
    private mutating func listen() throws(DeviceError) {
        let microphone = try state.devices.openMicrophone()
        state.microphone.opened("48 kHz, mono", now: MonotonicClock.now(), control: state.control)
        (filled, expected, packetIsDue) = (0, nil, .zero)
        echoRemover?.begin(state)
        defer {
            state.microphone.closing()
            state.microphoneLevel.set(-1_270)
        }
        while state.microphone.isWanted, !state.stops {
            let now = MonotonicClock.now()
            state.heartbeats.beat(.microphone, now: now)
            // A packet takes two periods: the thread sleeps once for both, and no packet leaves later for it.
            if filled == 0 { MonotonicClock.sleep(until: min(packetIsDue, now + AudioFormat.period * 2)) }
            var span = period.mutableSpan
            if let capturedAt = try microphone.read(&span, until: now + Self.patience) { take(capturedAt) }
            state.allocations.note(.microphone)
        }
    }

    private mutating func take(_ time: Instant) {
        packetIsDue = time + AudioFormat.period * 3
        let capturedAt = echoRemover?.process(&period, capturedAt: time, state) ?? time
        if let expected, capturedAt - expected > Self.tolerance {
            timestamp &+= UInt32(clamping: (capturedAt - expected).microseconds * 48 / 1_000)
        }
        expected = capturedAt + AudioFormat.period
        let isMuted = state.microphoneMuted.isSet
        for i in period.indices {
            if isMuted { period[i] = 0 }
            samples[filled + i] = period[i]
        }
        meter.add(period)
        if let level = meter.takeLevel() {
            state.microphoneLevel.set(level)
            state.offerLevels()
        }
        if filled == 0 { firstCapturedAt = capturedAt }
        filled += AudioFormat.periodSamples
        guard filled == Opus.samplesPerPacket else { return }
        filled = 0
        encode()
        timestamp &+= UInt32(Opus.samplesPerPacket)
    }

    private mutating func encode() {
        guard state.audioReceivers.current > 0, var packet = try? state.pools.packets.take() else { return }
        prepare(forLoss: Int(state.expectedAudioLoss.current))
        let samples = samples
        guard (try? encoder?.encode(samples.span, into: &packet)) == true else { return }
        state.counters.audioPacketsEncoded.increment()
        let spoken = MicrophonePacket(data: packet, timestamp: timestamp, capturedAt: firstCapturedAt)
        if state.spoken.push(spoken) == nil { state.networkSignal.signal() }
    }

    /// The redundancy follows the worst path that takes our sound. It never goes away, for the first loss is not announced; and at
    /// 32 kbit/s libopus makes none for 5 % and less.
    private mutating func prepare(forLoss percent: Int) {
        let wanted = max(Self.leastExpectedLoss, min(percent, Self.mostExpectedLoss))
        guard wanted != expectedLoss, (try? encoder?.setExpectedLoss(wanted)) != nil else { return }
        expectedLoss = wanted
    }

    private mutating func pause() {
        let end = MonotonicClock.now() + Self.retry
        while state.microphone.isWanted, !state.stops {
            let now = MonotonicClock.now()
            guard now < end else { return }
            state.heartbeats.beat(.microphone, now: now)
            waiter.wait(until: end, now: now)
        }
        state.microphone.closed(control: state.control)
    }
}
