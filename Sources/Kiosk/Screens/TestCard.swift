import CPangoCairo

/// A picture to try a display with: colour bars, a grey scale, a circle that must be round, a frame whose every side must be
/// seen, and words.
public final class TestCard {
    private let canvas: Canvas
    private let typesetter = Typesetter()
    public let width: Int
    public let height: Int
    /// Bytes from one row to the next.
    public var stride: Int { canvas.stride }

    private static let question = [
        Wording(text: "Do you see this?", language: .english), Wording(text: "您能看到吗？", language: .chinese),
    ]
    /// White, yellow, cyan, green, magenta, red, blue, black at three quarters of the light, as colour bars are.
    private static let bars: [UInt32] = [
        0xBFBFBF, 0xBFBF00, 0x00BFBF, 0x00BF00, 0xBF00BF, 0xBF0000, 0x0000BF, 0x000000,
    ]

    /// - Parameter caption: a line in small type, the connector and mode.
    /// - Precondition: both sides are 120 at the least.
    public init(width: Int, height: Int, caption: String) {
        precondition(width >= 120 && height >= 120, "impossible display size")
        (self.width, self.height) = (width, height)
        canvas = Canvas(width: width, height: height)
        let (w, h) = (Double(width), Double(height))
        let unit = min(w, h)
        for (index, colour) in Self.bars.enumerated() {
            canvas.fill(Box(Double(index) * w / 8, 0, w / 8 + 1, h * 0.42), Colour(colour))
        }
        for step in 0..<16 {
            let grey = UInt32(step * 17)
            canvas.fill(
                Box(Double(step) * w / 16, h * 0.42, w / 16 + 1, h * 0.08), Colour(grey << 16 | grey << 8 | grey))
        }
        canvas.fill(Box(0, h * 0.5, w, h * 0.5), Palette.ground)
        drawGeometry(unit)
        drawWords(caption, in: Box(unit * 0.06, h * 0.53, w - unit * 0.12, h * 0.42))
        canvas.flush()
    }

    /// A frame on the very edge and a circle, both of which a wrong mode or overscan would spoil.
    private func drawGeometry(_ unit: Double) {
        let line = max(2, (unit / 240).rounded())
        canvas.set(Palette.text)
        cairo_set_line_width(canvas.cairo, line)
        cairo_rectangle(
            canvas.cairo, line / 2, line / 2, Double(width) - line, Double(height) - line)
        cairo_stroke(canvas.cairo)
        cairo_new_sub_path(canvas.cairo)
        cairo_arc(canvas.cairo, Double(width) / 2, Double(height) * 0.25, Double(height) * 0.2, 0, 2 * .pi)
        cairo_stroke(canvas.cairo)
        for (x, y) in [(0, 0), (width, 0), (0, height), (width, height)] {
            canvas.disc(Double(x), Double(y), unit * 0.05, Palette.text)
        }
    }

    private func drawWords(_ caption: String, in box: Box) {
        var y = box.y
        for wording in Self.question {
            let letters = min(box.height * 0.19, Double(min(width, height)) / 12)
            var block = set(wording, letters)
            if block.width > box.width { block = set(wording, letters * box.width / block.width) }
            block.draw(on: canvas, x: box.centreX - block.width / 2, y: y - block.ink.y, Palette.text)
            y += block.ink.height + box.height * 0.12
        }
        let note = set(Wording(text: Wording.foreign(caption), language: .english), box.height * 0.09)
        note.draw(on: canvas, x: box.centreX - note.width / 2, y: y - note.ink.y, Palette.quiet)
    }

    private func set(_ wording: Wording, _ letterHeight: Double) -> TextBlock {
        typesetter.set(
            wording.text, language: wording.language.tag,
            size: typesetter.size(for: letterHeight, in: wording.language), weight: .semibold)
    }

    /// Lends the pixels, four bytes each: blue, green, red, unused.
    public func withPixels<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try body(UnsafeRawBufferPointer(start: canvas.pixels, count: canvas.stride * height))
    }

    /// The picture as a PNG file.
    public func png() -> [UInt8] { canvas.png() }
}
