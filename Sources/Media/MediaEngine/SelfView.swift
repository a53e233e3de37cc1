import CYUV
import Codecs
import Devices
import MediaControl
import Primitives

/// Gives kioskd the own picture, small and at most ten times a second. The capture thread's.
struct SelfView: ~Copyable {
    private let state: EngineState
    private let width: Int
    private var last = Instant(nanoseconds: .min / 2)
    /// Small colours in turns, of cameras that deliver them so.
    private var turns: [UInt8] = []

    private static let interval = Interval.milliseconds(100)
    /// A camera's pictures come a little early or late; without this every fourth would be taken instead of every third.
    private static let slack = Interval.milliseconds(10)

    init(_ state: EngineState) {
        self.state = state
        width = max(16, min(state.configuration.selfViewWidth, PictureLimits.maximumWidth)) & ~1
    }

    /// A picture that does not come in time, or finds no slot, is left out.
    mutating func show(_ frame: borrowing VideoFrame, muted: Bool) {
        guard frame.capturedAt - last >= Self.interval - Self.slack, frame.width > 0 else { return }
        let height = max(16, frame.height * width / frame.width) & ~1
        guard let layout = try? I420Layout(width: width, height: height),
            var picture = state.pictures.take()
        else { return }
        last = frame.capturedAt
        if muted {
            picture.fillBlack(layout)
        } else {
            scale(frame, into: &picture, layout)
            picture.setCount(layout.size)
        }
        let timestamp = frame.capturedAt
        state.pictures.lend(picture) { slot in
            state.control.offer(.localFrame(FrameDescription(slot, layout, at: timestamp)))
        }
    }

    private mutating func scale(
        _ frame: borrowing VideoFrame, into picture: inout PooledBuffer, _ to: I420Layout
    ) {
        let from = frame.layout
        if from.format == .nv12, turns.count != to.chromaWidth * 2 * to.chromaHeight {
            turns = [UInt8](repeating: 128, count: to.chromaWidth * 2 * to.chromaHeight)
        }
        frame.buffer.withUnsafeBytes { bytes in
            picture.withUnsafeMutableBytes { target in
                guard bytes.count >= from.size, target.count >= to.size,
                    let source = bytes.bindMemory(to: UInt8.self).baseAddress,
                    let scaled = target.bindMemory(to: UInt8.self).baseAddress
                else { return }
                switch from.format {
                case .i420: Self.scale(source, from, to: scaled, to)
                case .nv12: Self.scale(source, from, to: scaled, to, through: &turns)
                }
            }
        }
    }

    private static func scale(
        _ source: UnsafePointer<UInt8>, _ from: PictureLayout, to scaled: UnsafeMutablePointer<UInt8>, _ to: I420Layout
    ) {
        _ = I420Scale(
            source, Int32(from.strideY), source + from.offsetU, Int32(from.strideUV), source + from.offsetV,
            Int32(from.strideUV), Int32(from.width), Int32(from.height), scaled, Int32(to.strideY),
            scaled + to.offsetU, Int32(to.strideUV), scaled + to.offsetV, Int32(to.strideUV), Int32(to.width),
            Int32(to.height), kFilterBox)
    }

    /// Colour in turns is made small first and parted then.
    private static func scale(
        _ source: UnsafePointer<UInt8>, _ from: PictureLayout, to scaled: UnsafeMutablePointer<UInt8>, _ to: I420Layout,
        through turns: inout [UInt8]
    ) {
        turns.withUnsafeMutableBufferPointer { turns in
            guard let both = turns.baseAddress else { return }
            let stride = Int32(to.chromaWidth * 2)
            _ = NV12Scale(
                source, Int32(from.strideY), source + from.offsetU, Int32(from.strideUV), Int32(from.width),
                Int32(from.height), scaled, Int32(to.strideY), both, stride, Int32(to.width), Int32(to.height),
                kFilterBox)
            SplitUVPlane(
                both, stride, scaled + to.offsetU, Int32(to.strideUV), scaled + to.offsetV, Int32(to.strideUV),
                Int32(to.chromaWidth), Int32(to.chromaHeight))
        }
    }
}

extension FrameDescription {
    init(_ slot: UInt32, _ layout: I420Layout, at timestamp: Instant) {
        self.init(
            slot: slot, width: layout.width, height: layout.height, strideY: layout.strideY,
            strideUV: layout.strideUV, timestamp: timestamp)
    }
}

extension PooledBuffer {
    /// Makes the picture black (ITU-R BT.601: luma 16, chroma 128) and sets the count.
    mutating func fillBlack(_ layout: I420Layout) {
        guard layout.size <= capacity else { return }
        withUnsafeMutableBytes { bytes in
            bytes[..<layout.offsetU].initializeMemory(as: UInt8.self, repeating: 16)
            bytes[layout.offsetU..<layout.size].initializeMemory(as: UInt8.self, repeating: 128)
        }
        setCount(layout.size)
    }
}
