public import Devices
import Glibc
public import Primitives

/// A speaker through libasound, whatever channels, rate and format the card has. One thread.
///
/// It takes samples at 48 kHz of the monotonic clock; see `SampleClock`. Little is queued in the card, 15 ms before each
/// write, and more after each time that it ran empty.
public final class ALSASpeaker: AudioSink {
    private let pcm: any PCM
    private let name: String
    private let layout: SampleLayout
    private let rate: RateConverter?
    private var drift: FractionalResampler
    private var clock = SampleClock()
    private var recovery = PCMRecovery()
    private var status = PCMStatus(available: 0, delay: 0)

    private let bytes: UnsafeMutableRawBufferPointer
    private let silence: UnsafeMutableRawBufferPointer
    private var stepped: [Int16]
    private var converted: [Int16]
    /// Engine samples that were taken since the opening.
    private var taken = 0
    private var runs = false
    /// Frames that may be queued before a period is written.
    private var lead: Int
    /// When the next period may be taken at the earliest, for cards that take anything at any time.
    private var paced: Instant

    private static let shortest = Interval.milliseconds(15)
    private static let longer = Interval.milliseconds(10)
    /// A card that takes nothing for so long hangs.
    private static let patience = Interval.seconds(1)

    public convenience init(_ device: SoundDevice) throws(DeviceError) {
        let found = try device.find(.playback)
        try found.applyLevel(of: device)
        try self.init(found.open(), name: found.name)
    }

    package init(_ pcm: any PCM, name: String) throws(DeviceError) {
        (self.pcm, self.name) = (pcm, name)
        let format = pcm.format
        layout = SampleLayout(format)
        rate =
            format.rate == AudioFormat.sampleRate ? nil : RateConverter(from: AudioFormat.sampleRate, to: format.rate)
        drift = FractionalResampler(capacity: AudioFormat.periodSamples)
        let room = AudioFormat.periodSamples + 64
        stepped = [Int16](repeating: 0, count: room)
        converted = [Int16](repeating: 0, count: room * format.rate / AudioFormat.sampleRate + 64)
        bytes = .allocate(byteCount: converted.count * format.frameSize, alignment: 16)
        silence = .allocate(byteCount: format.buffer * format.frameSize, alignment: 16)
        silence.initializeMemory(as: UInt8.self, repeating: 0)
        paced = pcm.now
        // A card whose position is known only once a period needs that period on top.
        let period = format.rate / 100
        lead = max(format.frames(in: Self.shortest), format.period + period / 2)
        lead = max(1, min(lead, format.buffer - 2 * period))
    }

    deinit {
        bytes.deallocate()
        silence.deallocate()
    }

    /// How often the card ran empty.
    public var underruns: Int { recovery.count }
    public var detail: String { pcm.format.detail }

    public func write(_ samples: Span<Int16>) throws(DeviceError) -> Interval {
        keepPace()
        let before = recovery.count
        drift.step = clock.factor
        // First converted, then passed on: in one expression the array would be copied for the call.
        let count = convert(samples)
        let frames = layout.write(converted, count: count, to: bytes)
        try waitForRoom()
        try push(frames)
        taken += samples.count
        if !runs { try run() }
        let format = pcm.format
        // An underrun was heard as a gap: the caller counts it.
        guard recovery.count == before else { return .zero }
        let later = Interval.microseconds(Int64(FractionalResampler.delay) * 1_000 / 48)
        return format.time(of: status.delay) + later
    }

    private func convert(_ samples: Span<Int16>) -> Int {
        guard let rate else {
            var target = converted.mutableSpan
            return drift.process(samples, into: &target)
        }
        var target = stepped.mutableSpan
        let count = drift.process(samples, into: &target)
        return rate.process(stepped, count: count, into: &converted)
    }

    /// Blocks until no more than `lead` is queued; this is what paces the playout thread.
    private func waitForRoom() throws(DeviceError) {
        guard runs else { return try lay() }
        let deadline = pcm.now + Self.patience
        while true {
            let error = pcm.status(&status)
            guard error == 0 else {
                if try refill(after: Int(error)) { return }
                continue
            }
            let now = pcm.now
            let queued = pcm.format.buffer - status.available
            if queued <= lead {
                observe(at: status.time ?? now)
                return
            }
            guard now < deadline else { throw .stalled(name) }
            let excess = pcm.format.time(of: queued - lead)
            pcm.sleep(until: now + min(max(excess, .milliseconds(1)), .milliseconds(20)))
        }
    }

    private func observe(at time: Instant) {
        let nominal = Double(AudioFormat.sampleRate) / Double(pcm.format.rate)
        clock.observe(position: Double(taken) - Double(status.delay) * nominal * clock.factor, at: time)
    }

    private func push(_ frames: Int) throws(DeviceError) {
        var written = 0
        for _ in 0..<8 where written < frames {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[(written * pcm.format.frameSize)...])
            let count = pcm.write(rest, frames: frames - written)
            if count > 0 {
                written += count
                recovery.succeeded()
            } else if count == 0 {
                pcm.sleep(until: pcm.now + .milliseconds(2))
            } else if try recovery.recover(pcm, name, from: count) {
                runs = false
                clock.restart()
            } else {
                pcm.sleep(until: pcm.now + .milliseconds(2))
            }
        }
    }

    /// The card has run empty: more is queued from now on, silence first so that the next period is in time.
    private func refill(after error: Int) throws(DeviceError) -> Bool {
        guard try recovery.recover(pcm, name, from: error) else { return false }
        let period = pcm.format.rate / 100
        lead = max(1, min(lead + pcm.format.frames(in: Self.longer), pcm.format.buffer - 2 * period))
        runs = false
        clock.restart()
        try lay()
        return true
    }

    /// Puts `lead` of silence into a card that stands still, so that the period after it is in time.
    private func lay() throws(DeviceError) {
        status = PCMStatus(available: pcm.format.buffer - lead, delay: lead)
        var laid = 0
        while laid < lead {
            let count = pcm.write(UnsafeRawBufferPointer(silence), frames: lead - laid)
            guard count > 0 else {
                guard try recovery.recover(pcm, name, from: count == 0 ? -Int(EPIPE) : count) else { continue }
                return
            }
            laid += count
        }
    }

    private func run() throws(DeviceError) {
        let error = pcm.begin()
        guard error == 0 else { throw .failed(errno: 0 - error, operation: "start \(name)") }
        runs = true
    }

    private func keepPace() {
        let now = pcm.now
        let allowed = pcm.format.time(of: lead) + .milliseconds(30)
        if paced > now + allowed { pcm.sleep(until: paced - allowed) }
        paced = max(paced, now - .milliseconds(200)) + AudioFormat.period
    }
}
