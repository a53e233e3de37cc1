import CallControl
import Glibc
import Primitives
import SignallingMessages

/// The record of calls: one JSON object a line, appended, readable by the kiosk's user alone.
///
/// At 1 MiB the file becomes `calls.log.1`, whose predecessor goes. A full or broken disk costs lines, never a call: a line
/// is written and on the disk as a whole, or not at all; what a power cut left of one is not continued.
public final class CallLog: Sendable {
    public static let sizeLimit = 1 << 20
    private let directory: String
    private let path: String

    public init(directory: String) { (self.directory, path) = (directory, directory + "/calls.log") }

    /// - Parameter endedAt: milliseconds since 1970.
    /// - Returns: false if the line could not be written.
    @discardableResult
    func append(_ record: CallRecord, endedAt: Int64, ringingFor began: Int64) -> Bool {
        let line = JSONValue.members([
            ("began", .integer(endedAt - began)), ("ended", .integer(endedAt)),
            ("direction", .string(record.direction.rawValue)), ("peer", record.peer.map { .string($0.name) }),
            ("durationMilliseconds", record.duration.map { .integer($0.milliseconds) }),
            ("reason", .string(record.reason.rawValue)), ("because", record.failure.map { .string($0.rawValue) }),
        ])
        var bytes: [UInt8] = []
        line.write(to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        var status = stat()
        let isFull = stat(path, &status) == 0 && status.st_size + bytes.count > Self.sizeLimit
        if isFull { rename(path, path + ".1") }
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard fstat(descriptor, &status) == 0 else { return false }
        let end = status.st_size
        var last: UInt8 = 0
        if end > 0, pread(descriptor, &last, 1, end - 1) == 1, last != UInt8(ascii: "\n") {
            bytes.insert(UInt8(ascii: "\n"), at: 0)
        }
        guard bytes.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == bytes.count else {
            // The disk is full: half a line is worse than none.
            _ = ftruncate(descriptor, end)
            return false
        }
        guard fdatasync(descriptor) == 0 else { return false }
        // A file that is new, or has a new name, is found after a power cut only if its folder is on the disk too.
        return end > 0 && !isFull || Self.synchronise(directory)
    }

    private static func synchronise(_ directory: String) -> Bool {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }
}
