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
            let source = try? I420Layout(
                width: frame.width, height: frame.height, strideY: frame.width, strideUV: (frame.width + 1) / 2),
            frame.buffer.count >= source.size, var picture = state.pictures.take()
        else { return }
        last = frame.capturedAt
        if muted {
            picture.fillBlack(layout)
        } else {
            scale(frame.buffer, source, into: &picture, layout)
        }
        let timestamp = frame.capturedAt
        state.pictures.lend(picture) { slot in
            state.control.offer(.localFrame(FrameDescription(slot, layout, at: timestamp)))
        }
    }

    private func scale(
        _ source: borrowing PooledBuffer, _ from: I420Layout, into picture: inout PooledBuffer, _ to: I420Layout
    ) {
        source.withUnsafeBytes { bytes in
            picture.withUnsafeMutableBytes { target in
                guard let from8 = bytes.bindMemory(to: UInt8.self).baseAddress,
                    let to8 = target.bindMemory(to: UInt8.self).baseAddress
                else { return }
                _ = I420Scale(
                    from8, Int32(from.strideY), from8 + from.offsetU, Int32(from.strideUV), from8 + from.offsetV,
                    Int32(from.strideUV), Int32(from.width), Int32(from.height), to8, Int32(to.strideY),
                    to8 + to.offsetU, Int32(to.strideUV), to8 + to.offsetV, Int32(to.strideUV), Int32(to.width),
                    Int32(to.height), kFilterBox)
            }
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
