package import ALSAAudio
import Glibc
package import Primitives

/// A sound card on paper, with a crystal and a clock of its own: answers as a driver does, in virtual time.
package final class ScriptedPCM: PCM {
    package enum Direction { case capture, playback }

    package let format: PCMFormat
    private let direction: Direction
    /// How much faster the card's crystal is, in millionths.
    package var skew: Double
    package var now = Instant.zero + .seconds(100)
    /// Errors to answer with, one a call of `status`.
    package var errors: [Int32] = []
    /// When the card goes, and whether `prepare` brings it back.
    package var isGone = false
    /// What was played, frame by frame, each the value of its first channel.
    package private(set) var played: [Int16] = []
    package var keepsPlayed = true
    package private(set) var prepared = 0
    package private(set) var waits = 0
    package var signal: (Int) -> Int16 = { _ in 0 }

    private var started: Instant?
    /// Frames before `started`, and frames moved by the other side.
    private var moved = 0
    private var granularity: Int

    package init(_ direction: Direction, _ format: PCMFormat, skew: Double = 0, granularity: Int = 1) {
        (self.direction, self.format, self.skew, self.granularity) = (direction, format, skew, granularity)
    }

    /// Frames that the crystal has counted since the start.
    private var counted: Int {
        guard let started else { return 0 }
        let frames = Int((now - started).seconds * Double(format.rate) * (1 + skew / 1e6))
        return frames / granularity * granularity
    }

    package func status(_ result: inout PCMStatus) -> Int32 {
        now += .microseconds(20)
        if isGone { return -ENODEV }
        if !errors.isEmpty {
            let error = errors.removeFirst()
            if error == EPIPE { started = nil }
            return 0 - error
        }
        switch direction {
        case .capture:
            let available = counted - moved
            guard available <= format.buffer else {
                started = nil
                return -EPIPE
            }
            result = PCMStatus(available: available, delay: available, time: now)
        case .playback:
            let queued = moved - counted
            guard queued >= 0 else {
                started = nil
                return -EPIPE
            }
            result = PCMStatus(available: format.buffer - queued, delay: queued, time: now)
        }
        return 0
    }

    package func wait(milliseconds: Int32) -> Int32 {
        waits += 1
        if isGone { return -ENODEV }
        let end = now + .milliseconds(Int64(milliseconds))
        while now < end {
            now += .microseconds(250)
            if counted - moved >= format.period { return 1 }
        }
        return 0
    }

    package func read(_ bytes: UnsafeMutableRawBufferPointer, frames: Int) -> Int {
        guard !isGone else { return -Int(ENODEV) }
        let count = min(frames, counted - moved)
        for i in 0..<count {
            let value = signal(moved + i)
            for channel in 0..<format.channels { put(value, bytes, i * format.channels + channel) }
        }
        moved += count
        return count == 0 ? -Int(EAGAIN) : count
    }

    package func write(_ bytes: UnsafeRawBufferPointer, frames: Int) -> Int {
        guard !isGone else { return -Int(ENODEV) }
        let count = min(frames, format.buffer - (moved - counted))
        if keepsPlayed { for i in 0..<count { played.append(get(bytes, i * format.channels)) } }
        moved += count
        return count == 0 ? -Int(EAGAIN) : count
    }

    package func prepare() -> Int32 {
        prepared += 1
        (started, moved) = (nil, 0)
        return isGone ? -ENODEV : 0
    }
    package func start() -> Int32 {
        (started, moved) = (now, direction == .capture ? 0 : moved)
        return isGone ? -ENODEV : 0
    }
    package func resume() -> Int32 { -ENOSYS }
    package func sleep(until instant: Instant) { now = max(now, instant) }

    private func put(_ value: Int16, _ bytes: UnsafeMutableRawBufferPointer, _ index: Int) {
        switch format.sample {
        case .s16: bytes.storeBytes(of: value, toByteOffset: 2 * index, as: Int16.self)
        case .s32: bytes.storeBytes(of: Int32(value) << 16, toByteOffset: 4 * index, as: Int32.self)
        case .s24: bytes.storeBytes(of: Int32(value) << 8 & 0xFF_FFFF, toByteOffset: 4 * index, as: Int32.self)
        case .s24in3: bytes.storeBytes(of: value, toByteOffset: 3 * index + 1, as: Int16.self)
        case .float: bytes.storeBytes(of: Float(value) / 32_767, toByteOffset: 4 * index, as: Float.self)
        }
    }

    private func get(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Int16 {
        switch format.sample {
        case .s16: bytes.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self)
        case .s32: Int16(bytes.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self) >> 16)
        case .s24: Int16(truncatingIfNeeded: bytes.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self) >> 8)
        case .s24in3: bytes.loadUnaligned(fromByteOffset: 3 * index + 1, as: Int16.self)
        case .float: Int16(bytes.loadUnaligned(fromByteOffset: 4 * index, as: Float.self) * 32_767)
        }
    }
}

extension PCMFormat {
    package static func card(rate: Int = 48_000, channels: Int = 1, sample: Sample = .s16, period: Int = 480)
        -> PCMFormat
    {
        PCMFormat(rate: rate, channels: channels, sample: sample, period: period, buffer: max(rate / 10, 4 * period))
    }
}

/// A sine as a card of some rate counts it.
package func tone(_ hertz: Double, rate: Int, amplitude: Double = 10_000) -> (Int) -> Int16 {
    { Int16(amplitude * sin(2 * .pi * hertz * Double($0) / Double(rate))) }
}

/// How far `samples` are from a sine of `hertz` that fits them best, in decibels below it.
package func purity(_ samples: ArraySlice<Int16>, _ hertz: Double, rate: Double = 48_000) -> Double {
    var (s, c) = (0.0, 0.0)
    for (i, value) in samples.enumerated() {
        s += Double(value) * sin(2 * .pi * hertz * Double(i) / rate)
        c += Double(value) * cos(2 * .pi * hertz * Double(i) / rate)
    }
    (s, c) = (2 * s / Double(samples.count), 2 * c / Double(samples.count))
    var (wanted, rest) = (1e-9, 1e-9)
    for (i, value) in samples.enumerated() {
        let fit = s * sin(2 * .pi * hertz * Double(i) / rate) + c * cos(2 * .pi * hertz * Double(i) / rate)
        wanted += fit * fit
        rest += (Double(value) - fit) * (Double(value) - fit)
    }
    return 10 * log10(wanted / rest)
}
