import CALSA
import Glibc
import LinuxIO
package import Primitives

/// How a card wants its samples.
package struct PCMFormat: Equatable, Sendable {
    package enum Sample: Int32, Sendable, CaseIterable {
        case s16 = 0, s32, s24, s24in3, float

        /// Bytes in memory.
        package var size: Int {
            switch self {
            case .s16: 2
            case .s24in3: 3
            case .s32, .s24, .float: 4
            }
        }
    }

    package var rate: Int
    package var channels: Int
    package var sample: Sample
    /// Frames after which the card interrupts.
    package var period: Int
    /// Frames the card holds.
    package var buffer: Int

    package init(rate: Int, channels: Int, sample: Sample, period: Int, buffer: Int) {
        (self.rate, self.channels, self.sample) = (rate, channels, sample)
        (self.period, self.buffer) = (period, buffer)
    }

    package var frameSize: Int { channels * sample.size }
    func time(of frames: Int) -> Interval { .nanoseconds(Int64(frames) * 1_000_000_000 / Int64(rate)) }
    func frames(in time: Interval) -> Int { Int(time.nanoseconds / 1_000 * Int64(rate) / 1_000_000) }
}

package struct PCMStatus: Sendable {
    /// Frames that can be read or written now.
    package var available: Int
    /// Frames on their way between us and the converter.
    package var delay: Int
    /// When that was so; nil if the card does not say.
    package var time: Instant?

    package init(available: Int, delay: Int, time: Instant? = nil) {
        (self.available, self.delay, self.time) = (available, delay, time)
    }
}

/// The calls on a PCM that streaming needs, with libasound's results: a count or 0, or a negative errno. What stands
/// between us and the driver, so that a test can answer in its place, with a clock of its own.
package protocol PCM: AnyObject {
    var format: PCMFormat { get }
    func status(_ result: inout PCMStatus) -> Int32
    /// 1 when a period can be moved, 0 when the time is over.
    func wait(milliseconds: Int32) -> Int32
    func read(_ bytes: UnsafeMutableRawBufferPointer, frames: Int) -> Int
    func write(_ bytes: UnsafeRawBufferPointer, frames: Int) -> Int
    func prepare() -> Int32
    func start() -> Int32
    func resume() -> Int32
    var now: Instant { get }
    func sleep(until: Instant)
}

extension PCM {
    /// `start`, for which a plugin that has started by itself is no failure.
    func begin() -> Int32 {
        let error = start()
        return error == -EBADFD ? 0 : error
    }
}

/// A PCM of libasound's, open from `init` to `deinit`.
final class LibraryPCM: PCM {
    let format: PCMFormat
    private let handle: OpaquePointer

    enum Direction: Sendable { case capture, playback }

    /// - Returns: nil and the negative errno if it does not open.
    static func open(_ name: String, _ direction: Direction) -> (pcm: LibraryPCM?, error: Int32) {
        // A buffer of 100 ms holds through a slow moment; how much of it is used, the speaker decides.
        var format = calsa_format(rate: 48_000, channels: 1, sample: 0, period: 480, buffer: 4_800)
        var handle: OpaquePointer?
        let error = calsa_open(name, direction == .capture ? 1 : 0, &format, &handle)
        guard error == 0, let handle else { return (nil, error) }
        guard let sample = PCMFormat.Sample(rawValue: format.sample) else {
            calsa_close(handle)
            return (nil, -EINVAL)
        }
        let agreed = PCMFormat(
            rate: Int(format.rate), channels: Int(format.channels), sample: sample, period: Int(format.period),
            buffer: Int(format.buffer))
        return (LibraryPCM(handle, agreed), 0)
    }

    private init(_ handle: OpaquePointer, _ format: PCMFormat) { (self.handle, self.format) = (handle, format) }
    deinit { calsa_close(handle) }

    func status(_ result: inout PCMStatus) -> Int32 {
        var status = calsa_status()
        let error = calsa_status(handle, &status)
        guard error == 0 else { return error }
        // A driver's numbers are bounded before anything is computed of them.
        result.available = Int(min(max(status.available, 0), Int64(format.buffer)))
        result.delay = Int(min(max(status.delay, 0), Int64(8 * format.buffer)))
        let now = MonotonicClock.now()
        let time = Instant(nanoseconds: status.time)
        // A time that is not of this clock, or old, says nothing.
        result.time = time <= now && now - time < .milliseconds(200) ? time : nil
        return 0
    }

    func wait(milliseconds: Int32) -> Int32 { calsa_wait(handle, milliseconds) }
    func read(_ bytes: UnsafeMutableRawBufferPointer, frames: Int) -> Int {
        Int(calsa_read(handle, bytes.baseAddress, UInt32(clamping: min(frames, bytes.count / format.frameSize))))
    }
    func write(_ bytes: UnsafeRawBufferPointer, frames: Int) -> Int {
        Int(calsa_write(handle, bytes.baseAddress, UInt32(clamping: min(frames, bytes.count / format.frameSize))))
    }
    func prepare() -> Int32 { calsa_prepare(handle) }
    func start() -> Int32 { calsa_start(handle) }
    func resume() -> Int32 { calsa_resume(handle) }
    var now: Instant { MonotonicClock.now() }
    func sleep(until instant: Instant) { MonotonicClock.sleep(until: instant) }
}
