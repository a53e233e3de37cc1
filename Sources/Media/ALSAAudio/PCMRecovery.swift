import Devices
import Glibc
import Primitives

/// What to do about an error of a PCM's, and the bound on how often.
struct PCMRecovery {
    /// Times the card ran over or under, or was suspended.
    private(set) var count = 0
    private var inARow = 0

    private static let limit = 8

    /// Samples move again.
    mutating func succeeded() { inARow = 0 }

    /// Makes the PCM ready again after `error`, a negative errno.
    /// - Returns: false if nothing has to be done but to try again.
    /// - Throws: if the card has gone, or does not come to itself.
    mutating func recover(_ pcm: any PCM, _ name: String, from error: Int) throws(DeviceError) -> Bool {
        let code = Int32(clamping: 0 - error)
        switch code {
        case EAGAIN, EINTR: return false
        case EPIPE, ESTRPIPE, EBADFD: break
        case ENODEV, ENXIO, EIO, ENOTTY, ENOENT, EBADF: throw .unplugged(name)
        default: throw .failed(errno: code, operation: "sound on \(name)")
        }
        count += 1
        inARow += 1
        guard inARow <= Self.limit else { throw .failed(errno: code, operation: "sound on \(name)") }
        if code == ESTRPIPE, wake(pcm) { return true }
        let result = pcm.prepare()
        guard result == 0 else {
            if -result == ENODEV || -result == ENXIO || -result == EBADFD { throw .unplugged(name) }
            throw .failed(errno: 0 - result, operation: "prepare \(name)")
        }
        return true
    }

    /// A card that was suspended takes some time; what does not wake within 20 ms is prepared anew.
    private func wake(_ pcm: any PCM) -> Bool {
        for _ in 0..<10 {
            let result = pcm.resume()
            if result == 0 { return true }
            guard result == -EAGAIN else { return false }
            pcm.sleep(until: pcm.now + .milliseconds(2))
        }
        return false
    }
}
