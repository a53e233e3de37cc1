import Primitives

/// The virtual camera's moving picture: a soft gradient that drifts, a disc that travels, and the `PictureCode`.
///
/// Drawn from a prepared gradient twice as wide as the picture, so that a frame costs two copies and a disc.
struct TestPattern: Sendable {
    let width: Int
    let height: Int
    private let gradient: [UInt8]  // 2·width × height
    private let chroma: [UInt8]  // width × height/2, both planes take it at different offsets

    init(width: Int, height: Int) {
        (self.width, self.height) = (width, height)
        var gradient = [UInt8](repeating: 0, count: 2 * width * height)
        for y in 0..<height {
            for x in 0..<2 * width {
                // A triangle wave over the width keeps the wrap-around seamless.
                let phase = x % width
                let wave = min(phase, width - phase) * 240 / width
                gradient[y * 2 * width + x] = UInt8(50 + wave + y * 50 / height)
            }
        }
        self.gradient = gradient
        let halfWidth = (width + 1) / 2
        let halfHeight = (height + 1) / 2
        var chroma = [UInt8](repeating: 128, count: 2 * halfWidth * halfHeight)
        for y in 0..<halfHeight {
            for x in 0..<2 * halfWidth {
                let phase = x % halfWidth
                chroma[y * 2 * halfWidth + x] = UInt8(108 + min(phase, halfWidth - phase) * 80 / max(1, halfWidth))
            }
        }
        self.chroma = chroma
    }

    /// Draws frame `number` into `frame`, which holds `VideoFormat.frameSize` bytes of I420.
    func draw(_ number: UInt32, milliseconds: UInt32, into frame: inout MutableSpan<UInt8>) {
        let halfWidth = (width + 1) / 2
        let halfHeight = (height + 1) / 2
        let drift = Int(number) * 2 % width
        copyRows(gradient, stride: 2 * width, from: drift, width: width, rows: height, to: 0, of: &frame)
        let u = width * height
        let v = u + halfWidth * halfHeight
        let turn = Int(number) % halfWidth
        copyRows(chroma, stride: 2 * halfWidth, from: turn, width: halfWidth, rows: halfHeight, to: u, of: &frame)
        copyRows(
            chroma, stride: 2 * halfWidth, from: (turn + halfWidth / 2) % halfWidth, width: halfWidth,
            rows: halfHeight, to: v, of: &frame)
        drawDisc(number, into: &frame)
        PictureCode.burn(frame: number, milliseconds: milliseconds, into: &frame, width: width, height: height)
    }

    private func copyRows(
        _ source: [UInt8], stride: Int, from: Int, width: Int, rows: Int, to: Int, of frame: inout MutableSpan<UInt8>
    ) {
        frame.withUnsafeMutableBufferPointer { target in
            source.withUnsafeBufferPointer { pixels in
                guard let out = target.baseAddress, let pixels = pixels.baseAddress else { return }
                for row in 0..<rows {
                    (out + to + row * width).update(from: pixels + row * stride + from, count: width)
                }
            }
        }
    }

    /// A bright disc that crosses the lower two thirds in about four seconds at 30 frames a second.
    private func drawDisc(_ number: UInt32, into frame: inout MutableSpan<UInt8>) {
        let radius = height / 10
        let path = width - 2 * radius
        let step = Int(number) * max(1, path / 120) % max(1, 2 * path)
        let centreX = radius + (step < path ? step : 2 * path - step)
        let centreY =
            height / 3 + (height / 2) * (Int(number) % 90 < 45 ? Int(number) % 45 : 45 - Int(number) % 45) / 45
        for y in max(0, centreY - radius)..<min(height, centreY + radius) {
            for x in max(0, centreX - radius)..<min(width, centreX + radius) {
                let (dx, dy) = (x - centreX, y - centreY)
                if dx * dx + dy * dy < radius * radius { frame[y * width + x] = 220 }
            }
        }
    }
}
