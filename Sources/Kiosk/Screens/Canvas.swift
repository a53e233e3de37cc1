import CPangoCairo

/// Pixels of four bytes, blue first (Cairo's RGB24 and ARGB32, libyuv's ARGB), with a Cairo context that draws on them.
final class Canvas {
    let width: Int
    let height: Int
    let stride: Int
    let pixels: UnsafeMutablePointer<UInt8>
    let surface: OpaquePointer
    let cairo: OpaquePointer

    init(width: Int, height: Int, transparent: Bool = false) {
        precondition(width > 0 && height > 0, "a canvas has an area")
        (self.width, self.height, stride) = (width, height, width * 4)
        pixels = .allocate(capacity: stride * height)
        pixels.initialize(repeating: 0, count: stride * height)
        let format = transparent ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24
        guard
            let surface = cairo_image_surface_create_for_data(
                pixels, format, Int32(width), Int32(height), Int32(stride)),
            let cairo = cairo_create(surface)
        else { preconditionFailure("Cairo cannot draw on this memory") }
        (self.surface, self.cairo) = (surface, cairo)
    }

    deinit {
        cairo_destroy(cairo)
        cairo_surface_destroy(surface)
        pixels.deallocate()
    }

    var bounds: Box { Box(0, 0, Double(width), Double(height)) }

    func set(_ colour: Colour, alpha: Double = 1) {
        cairo_set_source_rgba(cairo, colour.red, colour.green, colour.blue, alpha)
    }

    func fill(_ box: Box, _ colour: Colour, alpha: Double = 1) {
        set(colour, alpha: alpha)
        cairo_rectangle(cairo, box.x, box.y, box.width, box.height)
        cairo_fill(cairo)
    }

    func fill(_ box: Box, radius: Double, _ colour: Colour, alpha: Double = 1) {
        set(colour, alpha: alpha)
        round(box, radius)
        cairo_fill(cairo)
    }

    func round(_ box: Box, _ radius: Double) {
        let r = min(radius, box.width / 2, box.height / 2)
        cairo_new_sub_path(cairo)
        cairo_arc(cairo, box.right - r, box.y + r, r, -.pi / 2, 0)
        cairo_arc(cairo, box.right - r, box.bottom - r, r, 0, .pi / 2)
        cairo_arc(cairo, box.x + r, box.bottom - r, r, .pi / 2, .pi)
        cairo_arc(cairo, box.x + r, box.y + r, r, .pi, .pi * 1.5)
        cairo_close_path(cairo)
    }

    func disc(_ x: Double, _ y: Double, _ radius: Double, _ colour: Colour, alpha: Double = 1) {
        set(colour, alpha: alpha)
        cairo_new_sub_path(cairo)
        cairo_arc(cairo, x, y, radius, 0, 2 * .pi)
        cairo_fill(cairo)
    }

    /// Copies `box` of `other`, which has the same size.
    func copy(_ box: Box, from other: Canvas) {
        cairo_save(cairo)
        cairo_set_operator(cairo, CAIRO_OPERATOR_SOURCE)
        cairo_set_source_surface(cairo, other.surface, 0, 0)
        cairo_rectangle(
            cairo, box.x.rounded(.down), box.y.rounded(.down), box.width.rounded(.up) + 1, box.height.rounded(.up) + 1)
        cairo_fill(cairo)
        cairo_restore(cairo)
    }

    func clear() {
        cairo_save(cairo)
        cairo_set_operator(cairo, CAIRO_OPERATOR_CLEAR)
        cairo_paint(cairo)
        cairo_restore(cairo)
    }

    func saved(_ body: () -> Void) {
        cairo_save(cairo)
        body()
        cairo_restore(cairo)
    }

    /// Cairo's drawing brought into `pixels`, before they are read.
    func flush() { cairo_surface_flush(surface) }
    /// Tells Cairo that `pixels` were written past it.
    func touched() { cairo_surface_mark_dirty(surface) }

    /// The picture as a PNG file.
    func png() -> [UInt8] {
        flush()
        var bytes: [UInt8] = []
        withUnsafeMutablePointer(to: &bytes) { target in
            _ = cairo_surface_write_to_png_stream(
                surface,
                { closure, data, length in
                    guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
                    closure.assumingMemoryBound(to: [UInt8].self).pointee
                        .append(contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
                    return CAIRO_STATUS_SUCCESS
                }, target)
        }
        return bytes
    }
}
