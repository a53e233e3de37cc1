public import Devices
import Glibc
public import Primitives

/// A microphone through libasound, whatever channels, rate and format the card has. One thread.
///
/// Its samples run at 48 kHz of the monotonic clock; see `SampleClock`.
public final class ALSAMicrophone: AudioSource {
    private let pcm: any PCM
    private let name: String
    private let layout: SampleLayout
    private let rate: RateConverter?
    private var drift: FractionalResampler
    private var clock = SampleClock()
    private var recovery = PCMRecovery()
    private var status = PCMStatus(available: 0, delay: 0)

    private let bytes: UnsafeMutableRawBufferPointer
    private var raw: [Int16]
    private var converted: [Int16]
    /// Samples that are ready: from `start` to `end`.
    private var ready: [Int16]
    private var start = 0
    private var end = 0
    /// Engine samples that were given out, and that were made, since the timeline's beginning.
    private var given = 0
    private var made = 0
    private var heardLast: Instant
    /// When the period that was given out last was due at the earliest.
    private var paced: Instant
    private var lastTime = Instant.zero

    /// Frames of one read, 20 ms.
    private let chunk: Int
    /// Without a sample for so long the card is taken to hang.
    private static let patience = Interval.seconds(2)

    public convenience init(_ device: SoundDevice) throws(DeviceError) {
        let found = try device.find(.capture)
        try found.applyLevel(of: device)
        try self.init(found.open(), name: found.name)
    }

    package init(_ pcm: any PCM, name: String) throws(DeviceError) {
        (self.pcm, self.name) = (pcm, name)
        let format = pcm.format
        chunk = max(format.period, format.rate / 50)
        layout = SampleLayout(format)
        rate =
            format.rate == AudioFormat.sampleRate ? nil : RateConverter(from: format.rate, to: AudioFormat.sampleRate)
        let room = chunk * AudioFormat.sampleRate / format.rate + 64
        bytes = .allocate(byteCount: chunk * format.frameSize, alignment: 16)
        raw = [Int16](repeating: 0, count: chunk)
        converted = [Int16](repeating: 0, count: room)
        drift = FractionalResampler(capacity: room)
        ready = [Int16](repeating: 0, count: 2 * room + AudioFormat.periodSamples)
        heardLast = pcm.now
        paced = heardLast
        let error = pcm.begin()
        guard error == 0 else { throw .failed(errno: 0 - error, operation: "start \(name)") }
    }

    deinit { bytes.deallocate() }

    /// How often the card ran over.
    public var overruns: Int { recovery.count }
    /// What the card offers and how far its clock is off, for people.
    public var detail: String { pcm.format.detail }

    public func read(_ samples: inout MutableSpan<Int16>, until deadline: Instant) throws(DeviceError) -> Instant? {
        while end - start < AudioFormat.periodSamples {
            guard try fill(until: deadline) else { return nil }
        }
        for i in 0..<min(samples.count, AudioFormat.periodSamples) { samples[i] = ready[start + i] }
        let delay = Double(FractionalResampler.delay) + Double(rate?.delay ?? 0) * 48_000 / Double(pcm.format.rate)
        let time = clock.time(of: Double(given) - delay)
        start += AudioFormat.periodSamples
        given += AudioFormat.periodSamples
        keepPace(until: deadline)
        // While the timeline settles it moves by fractions of a period, and never backwards.
        lastTime = max(time, lastTime + .microseconds(1))
        return lastTime
    }

    /// Moves what the card has to `ready`. False if the time is over.
    private func fill(until deadline: Instant) throws(DeviceError) -> Bool {
        let error = pcm.status(&status)
        let now = pcm.now
        if error != 0 {
            try restart(after: Int(error))
        } else if status.available >= min(pcm.format.period, chunk) {
            let count = pcm.read(bytes, frames: min(status.available, chunk))
            if count > 0 {
                take(count, at: status.time ?? now)
                heardLast = now
                return true
            }
            try restart(after: count)
        }
        if now - heardLast > Self.patience { throw .stalled(name) }
        guard deadline > now else { return false }
        let time = min(deadline - now, .milliseconds(50))
        let result = pcm.wait(milliseconds: Int32(clamping: max(1, time.milliseconds)))
        if result < 0 { try restart(after: Int(result)) }
        return true
    }

    private func restart(after error: Int) throws(DeviceError) {
        guard try recovery.recover(pcm, name, from: error) else { return }
        guard pcm.begin() == 0 else { throw .unplugged(name) }
        drift.reset()
        rate?.reset()
    }

    private func take(_ count: Int, at time: Instant) {
        recovery.succeeded()
        if start > 0 {
            for i in start..<end { ready[i - start] = ready[i] }
            (start, end) = (0, end - start)
        }
        layout.read(UnsafeRawBufferPointer(bytes), frames: count, into: &raw)
        let nominal = Double(AudioFormat.sampleRate) / Double(pcm.format.rate)
        // What the card had captured by `time`: all that was made, and what had not been read yet.
        clock.observe(position: Double(made) + Double(status.available) * nominal * clock.factor, at: time)
        drift.step = 1 / clock.factor
        var target = ready.mutableSpan
        if let rate {
            let samples = rate.process(raw, count: count, into: &converted)
            made += drift.process(converted.span.extracting(first: samples), into: &target, at: end)
        } else {
            made += drift.process(raw.span.extracting(first: count), into: &target, at: end)
        }
        end = made - given + start
    }

    /// A card that has always something (a file, a plugin that does nothing) must not make the thread race.
    private func keepPace(until deadline: Instant) {
        let now = pcm.now
        paced = max(paced, now - .milliseconds(200)) + AudioFormat.period
        if paced > now + .milliseconds(20) { pcm.sleep(until: min(paced - .milliseconds(20), max(deadline, now))) }
    }
}
