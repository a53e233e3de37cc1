import CPangoCairo

/// Lays text out with Pango. Not thread-safe: it has a font map of its own, used under its owner's lock.
final class Typesetter {
    enum Weight { case regular, medium, semibold }
    enum Alignment { case start, centre, end }

    /// Families in the order they are tried, letter by letter; the last is on every system.
    private static let families =
        "Inter Display, Inter, Noto Sans, Noto Sans CJK SC, Source Han Sans SC, WenQuanYi Micro Hei, WenQuanYi Zen Hei, "
        + "DejaVu Sans, sans-serif"

    private let context: OpaquePointer
    private var measures: [String: Double] = [:]

    init() {
        guard let context = cpango_context_new() else { preconditionFailure("Pango has no font map") }
        self.context = context
        pango_cairo_context_set_resolution(context, 72)
        pango_context_set_round_glyph_positions(context, 0)
        if let options = cairo_font_options_create() {
            cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
            cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
            cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
            pango_cairo_context_set_font_options(context, options)
            cairo_font_options_destroy(options)
        }
    }

    deinit { g_object_unref(UnsafeMutableRawPointer(context)) }

    /// `text` in `size` pixels per em, broken at words to `width` if given. `lines` limits it, ending in an ellipsis.
    func set(
        _ text: String, language: String, size: Double, weight: Weight = .regular, width: Double? = nil,
        alignment: Alignment = .start, lines: Int? = nil
    ) -> TextBlock {
        guard let layout = pango_layout_new(context), let font = pango_font_description_new() else {
            preconditionFailure("Pango has no memory")
        }
        pango_font_description_set_family(font, Self.families)
        let pangoWeight =
            switch weight {
            case .regular: PANGO_WEIGHT_NORMAL
            case .medium: PANGO_WEIGHT_MEDIUM
            case .semibold: PANGO_WEIGHT_SEMIBOLD
            }
        pango_font_description_set_weight(font, pangoWeight)
        pango_font_description_set_absolute_size(font, size * Double(PANGO_SCALE))
        pango_layout_set_font_description(layout, font)
        pango_font_description_free(font)
        // The language chooses among the shapes that one ideograph has in China, Japan and Korea.
        if let attributes = pango_attr_list_new() {
            pango_attr_list_insert(attributes, pango_attr_language_new(pango_language_from_string(language)))
            pango_layout_set_attributes(layout, attributes)
            pango_attr_list_unref(attributes)
        }
        pango_layout_set_text(layout, text, Int32(clamping: text.utf8.count))
        if let width { pango_layout_set_width(layout, Int32(width * Double(PANGO_SCALE))) }
        pango_layout_set_wrap(layout, lines == nil ? PANGO_WRAP_WORD : PANGO_WRAP_WORD_CHAR)
        let pangoAlignment =
            switch alignment {
            case .start: PANGO_ALIGN_LEFT
            case .centre: PANGO_ALIGN_CENTER
            case .end: PANGO_ALIGN_RIGHT
            }
        pango_layout_set_alignment(layout, pangoAlignment)
        if let lines {
            pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END)
            pango_layout_set_height(layout, Int32(-max(1, lines)))
        }
        return TextBlock(layout: layout, text: text, size: size)
    }

    /// The em size at which the letters of `language` are `height` pixels tall, by its measuring letter.
    func size(for height: Double, in language: ScreenLanguage) -> Double {
        if let ratio = measures[language.tag] { return height / ratio }
        let probe = set(language.measure, language: language.tag, size: 200, weight: .semibold)
        let ratio = max(0.3, probe.ink.height / 200)
        measures[language.tag] = ratio
        return height / ratio
    }
}

/// Laid-out text. Its origin is the top left of the logical rectangle.
final class TextBlock {
    /// As it is read: without the marks that only guide the breaking of lines.
    let text: String
    let size: Double
    let width: Double
    let height: Double
    /// What the letters cover.
    let ink: Box
    /// Where the first line stands.
    let baseline: Double
    let isEllipsized: Bool
    /// A word was wider than the line.
    let overflows: Bool
    let lineCount: Int
    private let left: Double
    private let layout: OpaquePointer

    init(layout: OpaquePointer, text: String, size: Double) {
        (self.layout, self.size) = (layout, size)
        let marks: Set<Unicode.Scalar> = ["\u{2060}", "\u{200B}"]
        self.text = String(
            String.UnicodeScalarView(
                text.unicodeScalars.filter { !marks.contains($0) }.map { $0 == "\n" || $0 == "\u{00A0}" ? " " : $0 }))
        var inkRectangle = PangoRectangle()
        var logical = PangoRectangle()
        pango_layout_get_extents(layout, &inkRectangle, &logical)
        let unit = Double(PANGO_SCALE)
        left = Double(logical.x) / unit
        width = Double(logical.width) / unit
        height = Double(logical.height) / unit
        ink = Box(
            Double(inkRectangle.x) / unit, Double(inkRectangle.y) / unit, Double(inkRectangle.width) / unit,
            Double(inkRectangle.height) / unit)
        baseline = Double(pango_layout_get_baseline(layout)) / unit
        isEllipsized = pango_layout_is_ellipsized(layout) != 0
        lineCount = Int(pango_layout_get_line_count(layout))
        let wanted = pango_layout_get_width(layout)
        overflows = wanted > 0 && Double(logical.width) > Double(wanted) + unit
    }

    deinit { g_object_unref(UnsafeMutableRawPointer(layout)) }

    /// Where each line starts, in bytes of the text.
    var lineStarts: [Int] {
        (0..<lineCount).compactMap { index in
            pango_layout_get_line_readonly(layout, Int32(index)).map { Int($0.pointee.start_index) }
        }
    }

    /// Draws with the top left of the layout's area at `x`, `y`. Text laid out without a width starts at `x`.
    func draw(on canvas: Canvas, x: Double, y: Double, _ colour: Colour, alpha: Double = 1) {
        canvas.set(colour, alpha: alpha)
        cairo_move_to(canvas.cairo, x, y)
        pango_cairo_show_layout(canvas.cairo, layout)
    }
}
