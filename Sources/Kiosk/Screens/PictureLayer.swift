import CPangoCairo
import CYUV
import Devices

/// What is drawn over the other side's picture, laid out once and blended over each new one.
final class PictureLayer {
    /// Letters on a plate of their own, with what shows through.
    struct Patch {
        let canvas: Canvas
        let x: Int
        let y: Int
        var box: PixelBox { PixelBox(x: x, y: y, width: canvas.width, height: canvas.height) }
    }

    /// The plates that stand as long as the still layer does.
    var patches: [Patch] = []
    /// The plate with the time, made anew every second, and where the plate with the name is.
    var time: Patch?
    var name: Box?
    /// The own picture in its corner; nil while there is none to be seen.
    var inset: Inset?
    /// Where the other side's picture was last drawn; elsewhere the layer below shows.
    var pictureBox: PixelBox?

    func clear() {
        patches.removeAll(keepingCapacity: true)
        (time, name, pictureBox) = (nil, nil, nil)
    }
}

/// The own picture as in a mirror, with round corners and an edge.
final class Inset {
    let box: PixelBox
    private let scaled = PictureBuffer()
    private let straight: Canvas
    private let mirrored: Canvas
    private let edge: Canvas
    /// How much of each pixel belongs to the inset.
    private let mask: UnsafeMutableBufferPointer<UInt8>

    init(box: PixelBox, radius: Double, edgeWidth: Double) {
        self.box = box
        straight = Canvas(width: box.width, height: box.height, transparent: true)
        mirrored = Canvas(width: box.width, height: box.height, transparent: true)
        edge = Canvas(width: box.width, height: box.height, transparent: true)
        mask = .allocate(capacity: box.width * box.height)
        mask.initialize(repeating: 255)
        edge.fill(edge.bounds, radius: radius, Palette.text)
        edge.flush()
        ARGBExtractAlpha(
            edge.pixels, Int32(edge.stride), mask.baseAddress, Int32(box.width), Int32(box.width), Int32(box.height))
        edge.clear()
        edge.set(Palette.text, alpha: 0.9)
        let half = edgeWidth / 2
        edge.round(edge.bounds.inset(half, half), radius - half)
        cairo_set_line_width(edge.cairo, edgeWidth)
        cairo_stroke(edge.cairo)
        edge.flush()
    }

    deinit { mask.deallocate() }

    func take(_ picture: PictureBuffer) {
        let (width, height) = (Int32(box.width), Int32(box.height))
        scaled.scale(picture, width: box.width, height: box.height)
        scaled.paint(on: straight, x: 0, y: 0, part: PixelBox(x: 0, y: 0, width: box.width, height: box.height))
        ARGBMirror(
            straight.pixels, Int32(straight.stride), mirrored.pixels, Int32(mirrored.stride), width, height)
        ARGBCopyYToAlpha(mask.baseAddress, width, mirrored.pixels, Int32(mirrored.stride), width, height)
        ARGBAttenuate(
            mirrored.pixels, Int32(mirrored.stride), mirrored.pixels, Int32(mirrored.stride), width, height)
    }

    /// Draws what of it lies in `part`.
    func draw(on canvas: Canvas, part: PixelBox) {
        canvas.blend(mirrored, x: box.x, y: box.y, part: part)
        canvas.blend(edge, x: box.x, y: box.y, part: part)
    }
}

extension Canvas {
    /// Lays the part of `other` that is within `part` over this, `other`'s top left being at `x`, `y`. Past Cairo: nothing is
    /// allocated.
    func blend(_ other: Canvas, x: Int, y: Int, part: PixelBox) {
        let part = part.intersection(PixelBox(x: x, y: y, width: other.width, height: other.height))
            .intersection(PixelBox(x: 0, y: 0, width: width, height: height))
        guard !part.isEmpty else { return }
        let target = pixels + part.y * stride + part.x * 4
        ARGBBlend(
            other.pixels + (part.y - y) * other.stride + (part.x - x) * 4, Int32(other.stride), target, Int32(stride),
            target, Int32(stride), Int32(part.width), Int32(part.height))
    }

    /// Copies the part of `other`, which has the same size. Past Cairo.
    func copy(part: PixelBox, from other: Canvas) {
        let part = part.intersection(PixelBox(x: 0, y: 0, width: width, height: height))
        guard !part.isEmpty else { return }
        let offset = part.y * stride + part.x * 4
        ARGBCopy(
            other.pixels + offset, Int32(other.stride), pixels + offset, Int32(stride), Int32(part.width),
            Int32(part.height))
    }

    /// Darkens `part` to 45 % of its light.
    func dim(part: PixelBox) {
        guard !part.isEmpty else { return }
        let target = pixels + part.y * stride + part.x * 4
        ARGBShade(target, Int32(stride), target, Int32(stride), Int32(part.width), Int32(part.height), 0xFF73_7373)
    }
}
