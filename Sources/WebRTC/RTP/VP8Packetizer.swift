public import Primitives

/// How one VP8 frame is cut into payloads of nearly equal size (RFC 7741 §4).
public struct VP8Fragments: Equatable, Sendable {
    /// Bytes of descriptor before each share.
    public static let descriptorSize = 6

    /// Payloads to send.
    public let count: Int
    public let pictureID: UInt16
    /// The base layer's frame that this is, or is predicted from.
    public let temporalLevelZeroIndex: UInt8
    /// Of the upper temporal layer, from which nothing is predicted.
    public let isNonReference: Bool
    private let frameSize: Int

    init(
        frameSize: Int, maximumPayload: Int, pictureID: UInt16, temporalLevelZeroIndex: UInt8, isNonReference: Bool
    ) {
        self.frameSize = frameSize
        self.pictureID = pictureID
        self.temporalLevelZeroIndex = temporalLevelZeroIndex
        self.isNonReference = isNonReference
        let share = max(1, maximumPayload - Self.descriptorSize)
        count = (frameSize + share - 1) / share
    }

    /// The bytes of the frame that payload `index` carries. Sizes differ by one at most.
    public func range(_ index: Int) -> Range<Int> {
        guard index >= 0, index < count else { return 0..<0 }
        let (size, larger) = frameSize.quotientAndRemainder(dividingBy: count)
        let start = index * size + min(index, larger)
        return start..<start + size + (index < larger ? 1 : 0)
    }

    /// Whether payload `index` is the frame's last and so carries the marker.
    public func isLast(_ index: Int) -> Bool { index == count - 1 }

    /// Appends payload `index` of `frame` to `packet`, which holds the RTP header; false if it does not fit.
    public func append(_ index: Int, of frame: RawSpan, to packet: inout PooledBuffer) -> Bool {
        let start = packet.count
        guard index >= 0, index < count, let share = frame.slice(range(index)),
            packet.capacity - start >= Self.descriptorSize + share.byteCount
        else { return false }
        var writer = ByteWriter(packet.storage, startingAt: start)
        let first: UInt8 = isNonReference ? 0xA0 : 0x80  // X and N
        writer.write(index == 0 ? first | 0x10 : first)  // S with partition 0 at the start
        writer.write(UInt8(0xE0))  // I, L and T
        writer.write(0x8000 | pictureID)  // M and 15 bits
        writer.write(temporalLevelZeroIndex)
        writer.write(UInt8(isNonReference ? 0x60 : 0))  // layer 1 with Y, or layer 0
        writer.write(share)
        let end = writer.count
        packet.setCount(end)
        return true
    }
}

/// Numbers the frames of one sending stream and cuts them into payloads.
///
/// Every frame tells its temporal layer: 0 for those that others are predicted from, 1 for those that none are, each of
/// which needs nothing but the layer 0 frame before it (Y). Any of layer 1 may be missing.
public struct VP8Packetizer: Sendable {
    private var pictureID: UInt16
    private var temporalLevelZeroIndex: UInt8

    /// - Parameter pictureID: where to start; random is recommended (RFC 7741 §4.2). 15 bits are used.
    public init(pictureID: UInt16) {
        self.pictureID = pictureID & 0x7FFF
        temporalLevelZeroIndex = UInt8(truncatingIfNeeded: pictureID)
    }

    /// The payloads of the next frame.
    /// - Parameters:
    ///   - isNonReference: nothing is predicted from it, and it only from the last one of which that is not so.
    ///   - maximumPayload: bytes a payload may have, descriptor included; more than its six.
    public mutating func fragments(
        frameSize: Int, isNonReference: Bool = false, maximumPayload: Int = 1180
    ) -> VP8Fragments {
        precondition(maximumPayload > VP8Fragments.descriptorSize, "a payload holds more than its descriptor")
        defer { pictureID = (pictureID + 1) & 0x7FFF }
        if !isNonReference { temporalLevelZeroIndex &+= 1 }
        return VP8Fragments(
            frameSize: max(0, frameSize), maximumPayload: maximumPayload, pictureID: pictureID,
            temporalLevelZeroIndex: temporalLevelZeroIndex, isNonReference: isNonReference)
    }
}
