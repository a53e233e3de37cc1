import CYUV
import Devices
import Primitives

/// The camera's picture made smaller for the encoder, in memory that is taken once for each size of the camera. The encode
/// thread's.
struct ScaledPicture: ~Copyable {
    private var buffer: PooledBuffer

    /// - Parameter largest: of the pictures that it has to hold.
    init?(holding largest: PictureLayout) {
        guard let buffer = try? BufferPool(slotCount: 1, slotSize: largest.size).take() else { return nil }
        self.buffer = buffer
    }

    /// `old` if its memory is large enough, which it is not when a camera gives larger pictures than it was asked for or than
    /// the one before.
    static func reuse(_ old: consuming ScaledPicture?, holding largest: PictureLayout) -> ScaledPicture? {
        if let old, old.buffer.capacity >= largest.size { return old }
        return ScaledPicture(holding: largest)
    }

    var bytes: RawSpan {
        @_lifetime(borrow self) borrowing get { buffer.bytes }
    }

    /// False if `to` is not of the frame's format or larger than the memory.
    mutating func show(_ frame: borrowing VideoFrame, as to: PictureLayout) -> Bool {
        let from = frame.layout
        guard from.format == to.format, to.size <= buffer.capacity else { return false }
        buffer.setCount(to.size)
        return frame.buffer.withUnsafeBytes { bytes in
            buffer.withUnsafeMutableBytes { target in
                guard bytes.count >= from.size, target.count >= to.size,
                    let source = bytes.bindMemory(to: UInt8.self).baseAddress,
                    let scaled = target.bindMemory(to: UInt8.self).baseAddress
                else { return false }
                return Self.scale(source, from, scaled, to) == 0
            }
        }
    }

    private static func scale(
        _ source: UnsafePointer<UInt8>, _ from: PictureLayout, _ scaled: UnsafeMutablePointer<UInt8>,
        _ to: PictureLayout
    ) -> Int32 {
        switch from.format {
        case .i420:
            I420Scale(
                source, Int32(from.strideY), source + from.offsetU, Int32(from.strideUV), source + from.offsetV,
                Int32(from.strideUV), Int32(from.width), Int32(from.height), scaled, Int32(to.strideY),
                scaled + to.offsetU, Int32(to.strideUV), scaled + to.offsetV, Int32(to.strideUV), Int32(to.width),
                Int32(to.height), kFilterBox)
        case .nv12:
            NV12Scale(
                source, Int32(from.strideY), source + from.offsetU, Int32(from.strideUV), Int32(from.width),
                Int32(from.height), scaled, Int32(to.strideY), scaled + to.offsetU, Int32(to.strideUV),
                Int32(to.width), Int32(to.height), kFilterBox)
        }
    }
}
