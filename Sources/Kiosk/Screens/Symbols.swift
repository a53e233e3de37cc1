import CPangoCairo
import Glibc

/// The pictures of the screens, each drawn about a centre with a radius, so that any size is sharp.
enum Symbol: Equatable, Sendable {
    /// A push-button with a hand on it.
    case pressButton
    case handset
    case handsetDown
    /// Two people, and dots between that are on their way.
    case joining
    case weakSignal
    case noSignal
    case warning
    case check

    func draw(on canvas: Canvas, x: Double, y: Double, radius: Double, _ colour: Colour) {
        canvas.saved {
            cairo_translate(canvas.cairo, x, y)
            cairo_scale(canvas.cairo, radius, radius)
            cairo_set_line_cap(canvas.cairo, CAIRO_LINE_CAP_ROUND)
            cairo_set_line_join(canvas.cairo, CAIRO_LINE_JOIN_ROUND)
            switch self {
            case .pressButton: Self.pressButton(canvas, colour)
            case .handset: Self.disc(canvas, colour) { Self.handset(canvas, turned: 0) }
            case .handsetDown: Self.disc(canvas, colour) { Self.handset(canvas, turned: 225) }
            case .joining: Self.disc(canvas, colour) { Self.joining(canvas) }
            case .weakSignal: Self.disc(canvas, colour) { Self.signal(canvas, crossed: false) }
            case .noSignal: Self.disc(canvas, colour) { Self.signal(canvas, crossed: true) }
            case .warning: Self.disc(canvas, colour) { Self.exclamation(canvas) }
            case .check: Self.disc(canvas, colour) { Self.tick(canvas) }
            }
        }
    }

    /// A full disc in the colour of the state, with two fainter rings around it.
    private static func disc(_ canvas: Canvas, _ colour: Colour, _ inside: () -> Void) {
        canvas.disc(0, 0, 1, colour, alpha: 0.10)
        canvas.disc(0, 0, 0.84, colour, alpha: 0.16)
        canvas.disc(0, 0, 0.66, colour)
        canvas.set(Palette.ground)
        inside()
    }

    private static func stroke(_ canvas: Canvas, _ width: Double) {
        cairo_set_line_width(canvas.cairo, width)
        cairo_stroke(canvas.cairo)
    }

    private static func pressButton(_ canvas: Canvas, _ colour: Colour) {
        let c = canvas.cairo
        canvas.disc(0, -0.04, 0.96, colour, alpha: 0.12)
        canvas.disc(0, 0.05, 0.74, Palette.line)
        canvas.disc(0, -0.02, 0.74, Palette.panel)
        canvas.disc(0, 0.02, 0.56, Colour(0x2E9E76))
        canvas.disc(0, -0.06, 0.56, colour)
        // The hand comes from below with one finger on the middle; an outline of the ground keeps it apart.
        cairo_save(c)
        cairo_translate(c, 0.05, -0.10)
        cairo_rotate(c, -0.20)
        for outline in [true, false] {
            canvas.set(outline ? Palette.ground : Palette.text)
            hand(canvas)
            cairo_fill_preserve(c)
            if outline { stroke(canvas, 0.11) } else { cairo_new_path(c) }
        }
        canvas.set(Palette.ground)
        for x in [0.10, 0.31, 0.52] {
            cairo_move_to(c, x, 0.53)
            cairo_line_to(c, x + 0.005, 0.72)
        }
        stroke(canvas, 0.035)
        cairo_restore(c)
    }

    /// A hand with its first finger up, its tip at the origin.
    private static func hand(_ canvas: Canvas) {
        let c = canvas.cairo
        cairo_new_path(c)
        cairo_arc(c, 0, 0.02, 0.105, .pi, 2 * .pi)
        cairo_line_to(c, 0.105, 0.46)
        cairo_arc(c, 0.205, 0.50, 0.10, .pi, 2 * .pi - 0.35)
        cairo_arc(c, 0.41, 0.53, 0.10, .pi + 0.35, 2 * .pi - 0.35)
        cairo_arc(c, 0.60, 0.60, 0.105, .pi + 0.35, 2 * .pi)
        cairo_line_to(c, 0.705, 0.86)
        cairo_curve_to(c, 0.705, 1.08, 0.58, 1.20, 0.38, 1.20)
        cairo_line_to(c, 0.22, 1.20)
        cairo_curve_to(c, 0.05, 1.20, -0.03, 1.13, -0.11, 1.02)
        cairo_line_to(c, -0.34, 0.72)
        cairo_curve_to(c, -0.42, 0.61, -0.30, 0.52, -0.21, 0.60)
        cairo_line_to(c, -0.105, 0.70)
        cairo_close_path(c)
    }

    private static func handset(_ canvas: Canvas, turned degrees: Double) {
        let c = canvas.cairo
        cairo_save(c)
        cairo_rotate(c, (degrees - 45) * .pi / 180)
        // earpiece, grip, mouthpiece: a "C" lying on its back
        cairo_arc(c, 0, -0.30, 0.44, 0.28 * .pi, 0.72 * .pi)
        stroke(canvas, 0.17)
        for side in [-1.0, 1.0] {
            cairo_save(c)
            cairo_translate(c, side * 0.30, -0.03)
            cairo_rotate(c, side * -0.22)
            canvas.round(Box(-0.105, -0.17, 0.21, 0.27), 0.07)
            cairo_fill(c)
            cairo_restore(c)
        }
        cairo_restore(c)
    }

    private static func person(_ canvas: Canvas, x: Double, y: Double, size: Double) {
        let c = canvas.cairo
        cairo_new_sub_path(c)
        cairo_arc(c, x, y - 0.42 * size, 0.36 * size, 0, 2 * .pi)
        cairo_fill(c)
        cairo_new_sub_path(c)
        cairo_arc(c, x, y + 0.68 * size, 0.62 * size, .pi, 2 * .pi)
        cairo_close_path(c)
        cairo_fill(c)
    }

    /// Somebody without a picture: drawn in the colour that is set, about `x`, `y`.
    static func person(on canvas: Canvas, x: Double, y: Double, size: Double, _ colour: Colour) {
        canvas.set(colour)
        person(canvas, x: x, y: y, size: size)
    }

    private static func joining(_ canvas: Canvas) {
        person(canvas, x: -0.33, y: 0.02, size: 0.30)
        person(canvas, x: 0.33, y: 0.02, size: 0.30)
        for x in [-0.10, 0, 0.10] {
            cairo_new_sub_path(canvas.cairo)
            cairo_arc(canvas.cairo, x, -0.02, 0.033, 0, 2 * .pi)
            cairo_fill(canvas.cairo)
        }
    }

    private static func signal(_ canvas: Canvas, crossed: Bool) {
        let c = canvas.cairo
        for (radius, alpha) in [(0.22, crossed ? 0.45 : 1), (0.39, crossed ? 0.45 : 0.3), (0.56, crossed ? 0.45 : 0.3)]
        {
            canvas.set(Palette.ground, alpha: alpha)
            cairo_new_sub_path(c)
            cairo_arc(c, 0, 0.27, radius, -0.75 * .pi, -0.25 * .pi)
            stroke(canvas, 0.095)
        }
        canvas.disc(0, 0.27, 0.075, Palette.ground, alpha: crossed ? 0.45 : 1)
        guard crossed else { return }
        cairo_move_to(c, -0.36, -0.36)
        cairo_line_to(c, 0.36, 0.36)
        canvas.set(Palette.ground)
        stroke(canvas, 0.13)
    }

    private static func exclamation(_ canvas: Canvas) {
        cairo_move_to(canvas.cairo, 0, -0.36)
        cairo_line_to(canvas.cairo, 0, 0.08)
        stroke(canvas, 0.15)
        canvas.disc(0, 0.33, 0.09, Palette.ground)
    }

    private static func tick(_ canvas: Canvas) {
        cairo_move_to(canvas.cairo, -0.30, 0.02)
        cairo_line_to(canvas.cairo, -0.08, 0.24)
        cairo_line_to(canvas.cairo, 0.32, -0.22)
        stroke(canvas, 0.13)
    }
}
