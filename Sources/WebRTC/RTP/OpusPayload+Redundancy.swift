import Primitives

extension OpusPayload {
    /// Whether the packet carries, coarsely, the one before it: its first frame has the low bit-rate redundancy of RFC 6716
    /// §4.2.4. False for what cannot be read.
    ///
    /// The SILK layer begins with a bit of voice activity for each of its 20 ms and then the flag, for each channel; each
    /// has even odds, so that the range coder leaves them as they are at the top of the frame's first byte.
    public static func hasRedundancy(_ payload: RawSpan) -> Bool {
        guard let toc = payload.byte(at: 0), toc >> 3 < 16, let at = firstFrame(of: payload),
            let first = payload.byte(at: at)
        else { return false }
        let parts = max(1, samplesPerFrame(toc: toc) / 960)
        if first >> (7 - parts) & 1 == 1 { return true }
        let isStereo = toc & 4 != 0
        return isStereo && first >> (6 - 2 * parts) & 1 == 1
    }

    /// Where the first frame's bytes begin; nil if it has none.
    private static func firstFrame(of payload: RawSpan) -> Int? {
        guard let toc = payload.byte(at: 0) else { return nil }
        switch toc & 3 {
        case 0, 1: return payload.byteCount > 1 ? 1 : nil
        case 2: return behindSize(at: 1, of: payload)
        default: return firstOfMany(payload)
        }
    }

    /// Behind the size at `position` (RFC 6716 §3.2.1: one byte, or two if the first is 252 or more); nil if the size is zero.
    private static func behindSize(at position: Int, of payload: RawSpan) -> Int? {
        guard let size = payload.byte(at: position), size > 0 else { return nil }
        return position + (size < 252 ? 1 : 2)
    }

    /// RFC 6716 §3.2.5: a byte of counts, the padding's size, and with differing frames the size of each but the last.
    private static func firstOfMany(_ payload: RawSpan) -> Int? {
        guard let counts = payload.byte(at: 1) else { return nil }
        var position = 2
        if counts & 0x40 != 0 {
            while let padding = payload.byte(at: position) {
                position += 1
                if padding < 255 { break }
            }
        }
        guard counts & 0x80 != 0 else { return position < payload.byteCount ? position : nil }
        guard let size = payload.byte(at: position), size > 0 else { return nil }
        for _ in 1..<max(1, Int(counts & 0x3F)) {
            guard let size = payload.byte(at: position) else { return nil }
            position += size < 252 ? 1 : 2
        }
        return position
    }
}
