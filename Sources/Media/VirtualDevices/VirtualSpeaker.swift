public import Devices
import Glibc
import LinuxIO
public import Primitives

/// A speaker made of software: a level meter, and a WAV file of what was played if a path is given. One thread.
public final class VirtualSpeaker: AudioSink {
    private let meter: LevelMeter
    private var recording: WAVRecording?
    private var due: Instant
    private var sumOfSquares = 0.0
    private var crossings = 0
    private var measured = 0
    private var last: Int16 = 0

    /// How many periods the device holds before it makes the writer wait, as a sound card's buffer does.
    private static let depth: Int64 = 2

    public init(meter: LevelMeter, recordingTo path: String? = nil) throws(DeviceError) {
        self.meter = meter
        due = MonotonicClock.now()
        if let path { recording = try WAVRecording(path: path) }
    }

    deinit { meter.publish(sumOfSquares: 0, crossings: 0, samples: 1) }

    public func write(_ samples: Span<Int16>) throws(DeviceError) -> Interval {
        let now = MonotonicClock.now()
        if now - due > .milliseconds(100) { due = now }  // an underrun: the card starts anew
        let room = due - AudioFormat.period * Self.depth
        if room > now { MonotonicClock.sleep(until: room) }
        for i in 0..<samples.count {
            let sample = samples[i]
            sumOfSquares += Double(sample) * Double(sample)
            if (sample >= 0) != (last >= 0) { crossings += 1 }
            last = sample
        }
        measured += samples.count
        if measured >= AudioFormat.sampleRate / 10 {
            meter.publish(sumOfSquares: sumOfSquares, crossings: crossings, samples: measured)
            (sumOfSquares, crossings, measured) = (0, 0, 0)
        }
        recording?.append(samples)
        let delay = due - MonotonicClock.now()
        due += AudioFormat.period
        return max(.zero, delay)
    }
}

/// A WAV file that grows while a call is heard; its header is true after every second.
struct WAVRecording: ~Copyable {
    private let descriptor: FileDescriptor
    private var dataSize: UInt32 = 0
    private var sinceHeader = 0
    private static let sizeLimit: UInt32 = 1 << 30

    init(path: String) throws(DeviceError) {
        let fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard fd >= 0 else { throw .failed(errno: errno, operation: "open \(path)") }
        descriptor = FileDescriptor(owning: fd)
        writeHeader()
    }

    deinit { writeHeader() }

    mutating func append(_ samples: Span<Int16>) {
        guard dataSize < Self.sizeLimit else { return }
        let count = samples.withUnsafeBytes { pwrite(descriptor.raw, $0.baseAddress, $0.count, off_t(44 + dataSize)) }
        guard count > 0 else { return }  // a full disk must not disturb the call
        dataSize += UInt32(count)
        sinceHeader += count
        if sinceHeader >= 96_000 {
            sinceHeader = 0
            writeHeader()
        }
    }

    private borrowing func writeHeader() {
        var header = InlineArray<44, UInt8>(repeating: 0)
        func put(_ at: Int, _ value: UInt32, _ size: Int) {
            for i in 0..<size { header[at + i] = UInt8(truncatingIfNeeded: value >> UInt32(8 * i)) }
        }
        // The four-letter names of RIFF, read as little-endian numbers.
        put(0, 0x4646_4952, 4)
        put(4, 36 + dataSize, 4)
        put(8, 0x4556_4157, 4)
        put(12, 0x2074_6D66, 4)
        put(16, 16, 4)
        put(20, 1, 2)
        put(22, 1, 2)
        put(24, 48_000, 4)
        put(28, 96_000, 4)
        put(32, 2, 2)
        put(34, 16, 2)
        put(36, 0x6174_6164, 4)
        put(40, dataSize, 4)
        _ = header.span.withUnsafeBytes { pwrite(descriptor.raw, $0.baseAddress, 44, 0) }
    }
}
