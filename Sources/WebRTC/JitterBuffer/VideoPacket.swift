import Primitives
import RTP

/// What the frame buffer knows of a packet it holds, read once.
struct VideoPacket: Sendable {
    var sequence = Int64.min
    var timestamp: UInt32 = 0
    var arrival = Instant.zero
    /// The frame's bytes in the packet; empty for padding.
    var payloadStart = 0
    var payloadEnd = 0
    var isMarker = false
    var startsFrame = false
    var isKeyFrame = false
    var width = 0
    var height = 0
    var pictureID: UInt16?
    var pictureIDMask: UInt16 = 0x7F
    var temporalLevelZeroIndex: UInt8?
    var temporalLayer: UInt8 = 0
    var isLayerSync = false

    /// It repairs others, and may stand in the middle of a frame.
    var isParity = false

    var isPadding: Bool { payloadStart == payloadEnd }

    init() {}

    init(parity sequence: Int64, timestamp: UInt32, arrival: Instant) {
        (self.sequence, self.timestamp, self.arrival, isParity) = (sequence, timestamp, arrival, true)
    }

    init(_ packet: RawSpan, header: RTPHeader, sequence: Int64, arrival: Instant) throws(RTPError) {
        self.sequence = sequence
        self.arrival = arrival
        timestamp = header.timestamp
        guard !header.payloadRange.isEmpty else { return }
        guard let payload = packet.slice(header.payloadRange) else { throw .truncated }
        let descriptor = try VP8Descriptor(parsing: payload)
        payloadStart = header.payloadRange.lowerBound + descriptor.size
        payloadEnd = header.payloadRange.upperBound
        isMarker = header.marker
        startsFrame = descriptor.startsFrame
        pictureID = descriptor.pictureID
        pictureIDMask = descriptor.hasLongPictureID ? 0x7FFF : 0x7F
        temporalLevelZeroIndex = descriptor.temporalLevelZeroIndex
        temporalLayer = descriptor.temporalLayer ?? 0
        isLayerSync = descriptor.isLayerSync
        guard startsFrame else { return }
        let frame = try VP8FrameHeader(parsing: payload.extracting(droppingFirst: descriptor.size))
        isKeyFrame = frame.isKeyFrame
        width = frame.width
        height = frame.height
    }
}

/// Where decoding stands: what a frame must follow on.
struct VideoContinuity: Sendable {
    private var pictureID: UInt16?
    private var temporalLevelZeroIndex: UInt8?

    mutating func delivered(_ first: VideoPacket) {
        pictureID = first.pictureID
        temporalLevelZeroIndex = first.temporalLevelZeroIndex
    }

    /// Whether the stream tells its temporal layers.
    var isLayered: Bool { temporalLevelZeroIndex != nil }

    /// Whether the frame is the very next by its picture identifier, though sequence numbers between are missing: what
    /// they carried was padding.
    func isNextPicture(_ first: VideoPacket) -> Bool {
        guard let pictureID, let next = first.pictureID else { return false }
        return (pictureID &+ 1) & first.pictureIDMask == next
    }

    /// Whether the frame needs none of the lost ones, because they belong to temporal layers above those it is
    /// predicted from.
    func isIndependentOfLost(_ first: VideoPacket) -> Bool {
        guard let temporalLevelZeroIndex, let next = first.temporalLevelZeroIndex else { return false }
        if first.temporalLayer == 0 { return next == temporalLevelZeroIndex &+ 1 }
        return first.isLayerSync && next == temporalLevelZeroIndex
    }
}
