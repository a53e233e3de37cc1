import Glibc
import LinuxIO

/// The samples of a WAV file: 16-bit PCM, brought to one channel at 48 kHz.
enum WAVFile {
    enum Fault: Error { case cannotOpen(Int32), notWAV(String) }

    /// A minute of stereo at 48 kHz is 11.5 MB; a longer file is cut there.
    private static let sizeLimit = 12_000_000

    static func samples(path: String) throws(Fault) -> [Int16] {
        let fd = open(path, O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { throw .cannotOpen(errno) }
        let descriptor = FileDescriptor(owning: fd)
        var bytes = [UInt8](repeating: 0, count: sizeLimit)
        var count = 0
        while count < sizeLimit {
            let n = bytes.withUnsafeMutableBytes {
                pread(descriptor.raw, $0.baseAddress.map { $0 + count }, sizeLimit - count, off_t(count))
            }
            guard n > 0 else { break }
            count += n
        }
        return try decode(Array(bytes.prefix(count)))
    }

    static func decode(_ bytes: [UInt8]) throws(Fault) -> [Int16] {
        func little(_ at: Int, _ size: Int) -> Int? {
            guard at >= 0, at + size <= bytes.count else { return nil }
            return (0..<size).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
        }
        guard bytes.starts(with: Array("RIFF".utf8)), bytes.dropFirst(8).starts(with: Array("WAVE".utf8)) else {
            throw .notWAV("does not start with RIFF … WAVE")
        }
        var (channels, rate, data) = (0, 0, 0..<0)
        var at = 12
        while let size = little(at + 4, 4) {
            let body = at + 8
            if bytes[at...].starts(with: Array("fmt ".utf8)) {
                guard little(body, 2) == 1, little(body + 14, 2) == 16 else { throw .notWAV("is not 16-bit PCM") }
                channels = little(body + 2, 2) ?? 0
                rate = little(body + 4, 4) ?? 0
            } else if bytes[at...].starts(with: Array("data".utf8)) {
                data = body..<min(body + size, bytes.count)
                break
            }
            at = body + size + size % 2
        }
        guard (1...2).contains(channels), (8_000...96_000).contains(rate), data.count >= 2 * channels else {
            throw .notWAV("has no samples of 1 or 2 channels at 8 to 96 kHz")
        }
        let frames = data.count / (2 * channels)
        func sample(_ frame: Int) -> Int {
            let sum = (0..<channels).reduce(0) { total, channel in
                let low = data.lowerBound + 2 * (frame * channels + channel)
                return total + Int(Int16(truncatingIfNeeded: Int(bytes[low]) | Int(bytes[low + 1]) << 8))
            }
            return sum / channels
        }
        // Linear interpolation: this is a test signal's source, not a listener's resampler.
        return (0..<frames * 48_000 / rate).map { i in
            let position = i * rate
            let (frame, rest) = (position / 48_000, position % 48_000)
            let next = sample(min(frame + 1, frames - 1))
            return Int16(clamping: (sample(frame) * (48_000 - rest) + next * rest) / 48_000)
        }
    }
}
