public import Primitives

/// A picture in a slot of the frame memory: I420, the planes one after another from the slot's start.
///
/// Y has `height` rows of `strideY` bytes; U and V follow with half the rows, rounded up, of `strideUV` bytes each.
public struct FrameDescription: Equatable, Sendable {
    public var slot: UInt32
    public var width: Int
    public var height: Int
    public var strideY: Int
    public var strideUV: Int
    /// When the picture is to be seen, or for the self-view when it was taken; `CLOCK_MONOTONIC`, the same in both processes.
    public var timestamp: Instant

    public init(slot: UInt32, width: Int, height: Int, strideY: Int, strideUV: Int, timestamp: Instant) {
        self.slot = slot
        self.width = width
        self.height = height
        self.strideY = strideY
        self.strideUV = strideUV
        self.timestamp = timestamp
    }

    /// Where U starts in the slot.
    public var offsetU: Int { strideY * height }
    /// Where V starts in the slot.
    public var offsetV: Int { offsetU + strideUV * ((height + 1) / 2) }
    /// The bytes of the slot that the picture takes.
    public var size: Int { offsetV + strideUV * ((height + 1) / 2) }

    /// Whether the numbers describe a picture at all. Decoding has checked it.
    var isSound: Bool {
        (1...MediaControl.maximumWidth).contains(width) && (1...MediaControl.maximumHeight).contains(height)
            && (width...8_192).contains(strideY) && ((width + 1) / 2...8_192).contains(strideUV)
    }
}

/// The memory that decoded pictures cross in; the descriptor comes with the message by `SCM_RIGHTS`.
public struct FrameMemory: Equatable, Sendable {
    public var maximumWidth: Int
    public var maximumHeight: Int
    public var slots: Int
    /// Bytes from one slot's start to the next one's.
    public var slotSize: Int

    public init(maximumWidth: Int, maximumHeight: Int, slots: Int, slotSize: Int) {
        self.maximumWidth = maximumWidth
        self.maximumHeight = maximumHeight
        self.slots = slots
        self.slotSize = slotSize
    }

    /// The bytes the whole memory has; map no more and no less.
    public var size: Int { slots * slotSize }

    /// Where `frame` starts in the memory; nil if it does not lie in it, which a reader must check before it reads.
    public func offset(of frame: FrameDescription) -> Int? {
        guard frame.slot < slots, frame.isSound, frame.size <= slotSize else { return nil }
        return Int(frame.slot) * slotSize
    }

    var isSound: Bool {
        (1...MediaControl.maximumWidth).contains(maximumWidth)
            && (1...MediaControl.maximumHeight).contains(maximumHeight)
            && (0...256).contains(slots) && (1...67_108_864).contains(slotSize)
    }
}
