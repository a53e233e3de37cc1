import CYUV
import Primitives

/// Makes I420 of what the encoder cannot take as it lies.
struct PictureConversion: Equatable {
    let source: CameraPixelFormat
    /// Bytes from one row of the source to the next; of no meaning for compressed ones.
    let stride: Int
    /// What is made.
    let layout: PictureLayout

    /// Bytes that a whole picture of the source has at the least.
    var leastSize: Int {
        switch source {
        case .yuyv, .uyvy: stride * (layout.height - 1) + layout.width * 2
        case .nv12, .yu12: layout.size
        case .mjpeg: 64
        }
    }

    /// False, with the target's contents undefined, for what is no picture of that size.
    func convert(_ picture: borrowing PooledBuffer, into target: inout PooledBuffer) -> Bool {
        guard picture.count >= leastSize, target.capacity >= layout.size else { return false }
        let isDone = picture.withUnsafeBytes { bytes in
            target.withUnsafeMutableBytes { made in
                guard let from = bytes.bindMemory(to: UInt8.self).baseAddress,
                    let to = made.bindMemory(to: UInt8.self).baseAddress
                else { return false }
                return convert(from, count: bytes.count, to: to)
            }
        }
        if isDone { target.setCount(layout.size) }
        return isDone
    }

    private func convert(_ from: UnsafePointer<UInt8>, count: Int, to: UnsafeMutablePointer<UInt8>) -> Bool {
        let (width, height) = (Int32(layout.width), Int32(layout.height))
        let (strideY, strideUV) = (Int32(layout.strideY), Int32(layout.strideUV))
        let (u, v) = (to + layout.offsetU, to + layout.offsetV)
        switch source {
        case .yuyv:
            return YUY2ToI420(from, Int32(stride), to, strideY, u, strideUV, v, strideUV, width, height) == 0
        case .uyvy:
            return UYVYToI420(from, Int32(stride), to, strideY, u, strideUV, v, strideUV, width, height) == 0
        case .mjpeg:
            // A JPEG says its size itself, and it need not be the one that was agreed on.
            var (actualWidth, actualHeight): (Int32, Int32) = (0, 0)
            guard MJPGSize(from, count, &actualWidth, &actualHeight) == 0, actualWidth == width, actualHeight == height
            else { return false }
            return MJPGToI420(from, count, to, strideY, u, strideUV, v, strideUV, width, height, width, height) == 0
        case .nv12, .yu12: return false
        }
    }
}
