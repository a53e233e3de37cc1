import Primitives

/// The picture that is encoded while the camera's may not be seen, or there is none.
///
/// Its memory is reserved with it and touched when it is first drawn. Owned by the encode thread.
struct DrawnPicture: ~Copyable {
    enum Content {
        /// For a camera that is muted.
        case black
        /// A camera, crossed out, grey on dark: for one that gives no pictures. It has no words, so that it needs no language.
        case noCamera
    }

    let layout: PictureLayout
    private var buffer: PooledBuffer
    private var content: Content?

    private static let black: UInt8 = 16
    private static let ground: UInt8 = 40
    private static let figure: UInt8 = 190

    /// - Parameter layout: I420.
    init?(_ layout: PictureLayout) {
        guard var buffer = try? BufferPool(slotCount: 1, slotSize: layout.size).take() else { return nil }
        buffer.setCount(layout.size)
        self.layout = layout
        self.buffer = buffer
        content = nil
    }

    var bytes: RawSpan {
        @_lifetime(borrow self) borrowing get { buffer.bytes }
    }

    /// Draws it unless that is what it shows.
    mutating func show(_ wanted: Content) {
        guard content != wanted else { return }
        content = wanted
        let layout = layout
        buffer.withUnsafeMutableBytes { bytes in
            var pixels = MutableSpan<UInt8>(_unsafeBytes: bytes)
            for i in 0..<layout.size { pixels[i] = i < layout.offsetU ? Self.luma(of: wanted) : 128 }
            if wanted == .noCamera { Self.drawFigure(in: &pixels, layout) }
        }
    }

    private static func luma(of content: Content) -> UInt8 { content == .black ? black : ground }

    /// Everything is a distance from the middle in fortieths of the shorter side.
    private static func drawFigure(in pixels: inout MutableSpan<UInt8>, _ layout: PictureLayout) {
        let unit = Double(min(layout.width, layout.height)) / 40
        for row in 0..<layout.height {
            for column in 0..<layout.width {
                let x = (Double(column) + 0.5 - Double(layout.width) / 2) / unit
                let y = (Double(row) + 0.5 - Double(layout.height) / 2) / unit
                if isFigure(x, y) { pixels[row * layout.strideY + column] = figure }
            }
        }
    }

    private static func isFigure(_ x: Double, _ y: Double) -> Bool {
        let fromStroke = abs(x - y) / 1.414  // the stroke goes from the upper left to the lower right
        let isAlongStroke = abs(x + y) <= 22
        if isAlongStroke, fromStroke <= 0.8 { return true }
        if isAlongStroke, fromStroke <= 2 { return false }  // a gap keeps stroke and camera apart
        let isBody = x >= -10 && x <= 5 && abs(y) <= 6
        let isLens = x >= 6.5 && x <= 11 && abs(y) <= 1.5 + (x - 6.5)
        return isBody || isLens
    }
}
