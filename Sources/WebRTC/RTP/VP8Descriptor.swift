import Primitives

/// The VP8 payload descriptor before each packet's share of a frame (RFC 7741 §4.2).
public struct VP8Descriptor: Equatable, Sendable {
    /// Bytes it takes.
    public var size: Int
    /// N: no other frame is predicted from this one.
    public var isNonReference: Bool
    /// S: the payload starts a partition.
    public var startsPartition: Bool
    public var partitionIndex: UInt8
    public var pictureID: UInt16?
    /// M: the picture identifier has 15 bits rather than 7.
    public var hasLongPictureID: Bool
    public var temporalLevelZeroIndex: UInt8?
    public var temporalLayer: UInt8?
    /// Y: this frame is predicted from layer 0 only.
    public var isLayerSync: Bool
    public var keyIndex: UInt8?

    /// The payload starts a frame.
    public var startsFrame: Bool { startsPartition && partitionIndex == 0 }

    public init(parsing payload: RawSpan) throws(RTPError) {
        var reader = ByteReader(payload)
        guard let first = reader.readUInt8() else { throw .truncated }
        isNonReference = first & 0x20 != 0
        startsPartition = first & 0x10 != 0
        partitionIndex = first & 0x07
        hasLongPictureID = false
        isLayerSync = false
        if first & 0x80 != 0 {
            guard let present = reader.readUInt8() else { throw .truncated }
            if present & 0x80 != 0 {
                guard let high = reader.readUInt8() else { throw .truncated }
                if high & 0x80 != 0 {
                    guard let low = reader.readUInt8() else { throw .truncated }
                    hasLongPictureID = true
                    pictureID = UInt16(high & 0x7F) << 8 | UInt16(low)
                } else {
                    pictureID = UInt16(high)
                }
            }
            if present & 0x40 != 0 {
                guard let index = reader.readUInt8() else { throw .truncated }
                temporalLevelZeroIndex = index
            }
            if present & 0x30 != 0 {
                guard let layer = reader.readUInt8() else { throw .truncated }
                if present & 0x20 != 0 {
                    temporalLayer = layer >> 6
                    isLayerSync = layer & 0x20 != 0
                }
                if present & 0x10 != 0 { keyIndex = layer & 0x1F }
            }
        }
        size = reader.offset
        guard reader.remaining > 0 else { throw .truncated }
    }
}

/// The start of a VP8 frame (RFC 6386 §9.1), as far as a receiver needs it before the decoder does.
public struct VP8FrameHeader: Equatable, Sendable {
    /// The largest picture taken: beyond it a frame is refused before any decoder sees it.
    public static let maximumWidth = 1920
    public static let maximumHeight = 1920

    public var isKeyFrame: Bool
    /// In pixels; 0 unless a key frame.
    public var width: Int
    public var height: Int

    /// Reads the start of `frame`; throws `invalid` for a bad start code or a picture that is empty or too large.
    public init(parsing frame: RawSpan) throws(RTPError) {
        guard let first = frame.byte(at: 0) else { throw .truncated }
        isKeyFrame = first & 1 == 0
        width = 0
        height = 0
        guard isKeyFrame else { return }
        guard let low = frame.bigEndian(UInt16.self, at: 3), let last = frame.byte(at: 5),
            let rawWidth = frame.bigEndian(UInt16.self, at: 6), let rawHeight = frame.bigEndian(UInt16.self, at: 8)
        else { throw .truncated }
        guard low == 0x9D01, last == 0x2A else { throw .invalid }
        width = Int(rawWidth.byteSwapped & 0x3FFF)  // little-endian, the top two bits are the scale
        height = Int(rawHeight.byteSwapped & 0x3FFF)
        guard width > 0, height > 0, width <= Self.maximumWidth, height <= Self.maximumHeight else { throw .invalid }
    }
}
