public import Primitives

/// One whole VP8 frame, decodable after the one returned before it.
public struct AssembledVideoFrame: ~Copyable, Sendable {
    /// The encoded bytes, in a slot of the frame pool.
    public var buffer: PooledBuffer
    /// RTP time, 90 kHz.
    public let timestamp: UInt32
    /// When the earliest of its packets arrived.
    public let firstPacketArrival: Instant
    public let isKeyFrame: Bool
    /// In pixels, of a key frame; 0 otherwise.
    public let width: Int
    public let height: Int
    /// The frame's packets.
    public let packetCount: Int

    /// Gives the bytes on and everything else up.
    public consuming func takeBuffer() -> PooledBuffer { buffer }
}
