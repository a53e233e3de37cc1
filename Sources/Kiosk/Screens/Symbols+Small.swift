import CPangoCairo

/// Small marks that stand beside words.
extension Canvas {
    /// A camera in `box`.
    func cameraMark(_ box: Box, _ colour: Colour) {
        set(colour)
        round(Box(box.x, box.y + box.height * 0.18, box.width * 0.66, box.height * 0.64), box.height * 0.14)
        cairo_fill(cairo)
        cairo_move_to(cairo, box.x + box.width * 0.72, box.centreY - box.height * 0.08)
        cairo_line_to(cairo, box.right, box.y + box.height * 0.24)
        cairo_line_to(cairo, box.right, box.bottom - box.height * 0.24)
        cairo_line_to(cairo, box.x + box.width * 0.72, box.centreY + box.height * 0.08)
        cairo_close_path(cairo)
        cairo_fill(cairo)
    }

    /// The call button as the patient sees it, with a mark for what is to be done with it.
    func buttonMark(x: Double, y: Double, radius: Double, _ colour: Colour, held: Bool, side: ButtonSide) {
        disc(x, y, radius, Palette.line)
        disc(x, y, radius * 0.78, colour)
        if held {
            // A hand of a clock that has gone round most of the way: stay on it.
            set(Palette.ground)
            cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND)
            cairo_set_line_width(cairo, radius * 0.16)
            cairo_new_sub_path(cairo)
            cairo_arc(cairo, x, y, radius * 0.44, -0.5 * .pi, 1.1 * .pi)
            cairo_stroke(cairo)
            disc(x, y, radius * 0.12, Palette.ground)
        } else {
            arrow(x: x, y: y, length: radius * 0.68, Palette.ground, side: side)
        }
    }

    /// An arrow about its middle, towards where the button is.
    func arrow(x: Double, y: Double, length: Double, _ colour: Colour, side: ButtonSide) {
        saved {
            cairo_translate(cairo, x, y)
            switch side {
            case .below: break
            case .left: cairo_rotate(cairo, .pi / 2)
            case .right: cairo_rotate(cairo, -.pi / 2)
            }
            cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND)
            cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND)
            set(colour)
            cairo_set_line_width(cairo, length * 0.25)
            cairo_move_to(cairo, 0, -length / 2)
            cairo_line_to(cairo, 0, length / 2)
            cairo_move_to(cairo, -length * 0.4, length * 0.1)
            cairo_line_to(cairo, 0, length / 2)
            cairo_line_to(cairo, length * 0.4, length * 0.1)
            cairo_stroke(cairo)
        }
    }

    /// What is left of a countdown: a ring that empties clockwise.
    func countdown(x: Double, y: Double, radius: Double, left fraction: Double, _ colour: Colour) {
        let width = radius * 0.13
        cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND)
        cairo_set_line_width(cairo, width)
        set(Palette.line)
        cairo_new_sub_path(cairo)
        cairo_arc(cairo, x, y, radius - width / 2, 0, 2 * .pi)
        cairo_stroke(cairo)
        guard fraction > 0.002 else { return }
        set(colour)
        cairo_new_sub_path(cairo)
        cairo_arc(
            cairo, x, y, radius - width / 2, -0.5 * .pi + 2 * .pi * (1 - min(1, fraction)), 1.5 * .pi)
        cairo_stroke(cairo)
    }
}
