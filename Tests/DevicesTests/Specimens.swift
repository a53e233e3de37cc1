import CTurboJPEG
import Glibc

/// A directory that is there for one test.
final class Folder {
    let path: String
    init() throws {
        // mkdtemp(3) fills in the six letters.
        var template = Array("/tmp/callpoint-devices-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CancellationError() }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    deinit {
        for name in ["clip.y4m", "tone.wav", "heard.wav", "bad"] { unlink("\(path)/\(name)") }
        rmdir(path)
    }
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = "\(path)/\(name)"
        let fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard fd >= 0, Glibc.write(fd, bytes, bytes.count) == bytes.count else { throw CancellationError() }
        close(fd)
        return file
    }
}

enum Specimens {
    static func y4m(width: Int, height: Int, frames: Int) -> [UInt8] {
        var bytes = Array("YUV4MPEG2 W\(width) H\(height) F30:1 Ip A1:1 C420jpeg\n".utf8)
        for i in 0..<frames {
            bytes += Array("FRAME\n".utf8) + Array(repeating: UInt8(50 + i), count: width * height * 3 / 2)
        }
        return bytes
    }

    static func wav(rate: Int, channels: Int, frequency: Double, seconds: Int) -> [UInt8] {
        func little(_ value: Int, _ size: Int) -> [UInt8] { (0..<size).map { UInt8(value >> (8 * $0) & 255) } }
        var data: [UInt8] = []
        for i in 0..<rate * seconds {
            let sample = Int(10_000 * sin(2 * .pi * frequency * Double(i) / Double(rate)))
            for _ in 0..<channels { data += little(sample & 0xFFFF, 2) }
        }
        return Array("RIFF".utf8) + little(36 + data.count, 4) + Array("WAVEfmt ".utf8) + little(16, 4) + little(1, 2)
            + little(channels, 2) + little(rate, 4) + little(rate * channels * 2, 4) + little(channels * 2, 2)
            + little(16, 2) + Array("data".utf8) + little(data.count, 4) + data
    }
}

extension Specimens {
    /// An even picture, compressed as most webcams do it: with half the colours across.
    static func jpeg(width: Int, height: Int, luma: UInt8 = 120) throws -> [UInt8] {
        var planes = [UInt8](repeating: 128, count: width * height * 2)
        for i in 0..<width * height { planes[i] = luma }
        guard let compressor = tjInitCompress() else { throw CancellationError() }
        defer { tjDestroy(compressor) }
        var bytes: UnsafeMutablePointer<UInt8>?
        var size: UInt = 0
        let result = tjCompressFromYUV(
            compressor, planes, Int32(width), 1, Int32(height), Int32(TJSAMP_422.rawValue), &bytes, &size, 90, 0)
        guard result == 0, let bytes else { throw CancellationError() }
        defer { tjFree(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(size)))
    }
}
