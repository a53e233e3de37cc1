import Glibc
import LinuxIO

/// A YUV4MPEG2 file of 4:2:0 pictures, read frame by frame and from the start again at its end.
///
/// The file comes from outside: its header is checked against stated limits before anything is sized by it.
final class Y4MFile {
    let width: Int
    let height: Int
    let framesPerSecond: Int
    private let descriptor: FileDescriptor
    private let firstFrame: off_t
    private let frameCount: Int

    private static let frameHeader = 6  // "FRAME\n"; parameters on a frame are not used by any encoder we know of

    enum Fault: Error { case cannotOpen(Int32), notY4M(String) }

    init(path: String) throws(Fault) {
        let fd = open(path, O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { throw .cannotOpen(errno) }
        let descriptor = FileDescriptor(owning: fd)
        var head = [UInt8](repeating: 0, count: 256)
        let got = pread(fd, &head, head.count, 0)
        guard got > 10, let end = head.prefix(got).firstIndex(of: 10) else { throw .notY4M("no header line") }
        let words = String(decoding: head[..<end], as: UTF8.self).split(separator: " ")
        guard words.first == "YUV4MPEG2" else { throw .notY4M("does not start with YUV4MPEG2") }
        var (width, height, rate) = (0, 0, 30)
        for word in words.dropFirst() {
            let value = word.dropFirst()
            switch word.first {
            case "W": width = Int(value) ?? 0
            case "H": height = Int(value) ?? 0
            case "F":
                let parts = value.split(separator: ":").map { Int($0) ?? 0 }
                if parts.count == 2, parts[0] > 0, parts[1] > 0 { rate = max(1, parts[0] / parts[1]) }
            case "C":
                guard value.hasPrefix("420"), !value.contains("p1") else { throw .notY4M("is not 8-bit 4:2:0") }
            default: break
            }
        }
        guard (16...1920).contains(width), (16...1080).contains(height), width % 2 == 0, height % 2 == 0, rate <= 60
        else { throw .notY4M("has a size or rate outside 16x16…1920x1080, 60 per second") }
        var status = stat()
        let record = width * height * 3 / 2 + Self.frameHeader
        guard fstat(fd, &status) == 0 else { throw .cannotOpen(errno) }
        frameCount = (Int(status.st_size) - end - 1) / record
        guard frameCount > 0 else { throw .notY4M("holds no whole picture") }
        (self.width, self.height, framesPerSecond) = (width, height, rate)
        firstFrame = off_t(end + 1)
        self.descriptor = descriptor
    }

    /// Reads picture `number` modulo the file's length; false if the file no longer holds it.
    func read(_ number: UInt32, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
        let size = width * height * 3 / 2
        let record = size + Self.frameHeader
        guard bytes.count >= size else { return false }
        let at = firstFrame + off_t(Int(number) % frameCount * record + Self.frameHeader)
        return pread(descriptor.raw, bytes.baseAddress, size, at) == size
    }
}
