import Primitives

/// The uncompressed start of a VP8 frame (RFC 6386 §9.1), read before any of it reaches libvpx.
public struct VP8FrameHeader: Equatable, Sendable {
    public var isKeyFrame: Bool
    /// Bytes of the first partition.
    public var firstPartitionSize: Int
    /// In pixels; nil in a frame that is not a key frame.
    public var width: Int?
    /// In pixels; nil in a frame that is not a key frame.
    public var height: Int?

    /// Nil if the bytes cannot be a VP8 frame.
    public init?(_ frame: RawSpan) {
        guard let b0 = frame.byte(at: 0), let b1 = frame.byte(at: 1), let b2 = frame.byte(at: 2) else { return nil }
        let tag = Int(b0) | Int(b1) << 8 | Int(b2) << 16
        isKeyFrame = tag & 1 == 0
        guard tag >> 1 & 7 <= 3 else { return nil }  // versions above 3 are reserved
        firstPartitionSize = tag >> 5
        let headerSize = isKeyFrame ? 10 : 3
        guard firstPartitionSize > 0, firstPartitionSize <= frame.byteCount - headerSize else { return nil }
        guard isKeyFrame else { return }
        guard frame.byte(at: 3) == 0x9D, frame.byte(at: 4) == 0x01, frame.byte(at: 5) == 0x2A,
            let w0 = frame.byte(at: 6), let w1 = frame.byte(at: 7), let h0 = frame.byte(at: 8),
            let h1 = frame.byte(at: 9)
        else { return nil }
        // The two bits above the fourteen ask the display to scale up, which nobody does.
        width = (Int(w0) | Int(w1) << 8) & 0x3FFF
        height = (Int(h0) | Int(h1) << 8) & 0x3FFF
    }
}
