import Devices
import Primitives

extension ScreenRenderer {
    private var movingBody: Box { layout.body(bottom: .strip) }

    /// The ring that empties until the camera turns on, the seconds in it.
    /// - Returns: what was drawn on.
    func drawCountdown(_ look: Look, seconds: Int) -> PixelBox {
        let circle = symbolCircle(in: movingBody)
        let box = Box(circle.x - circle.radius, circle.y - circle.radius, circle.radius * 2, circle.radius * 2)
            .inset(-4, -4)
        frame.copy(box, from: base)
        frame.countdown(
            x: circle.x, y: circle.y, radius: circle.radius * 0.94,
            left: Double(look.motion.ring ?? 0) / Double(Motion.ringSteps), Palette.camera)
        let number = typesetter.set(
            String(seconds), language: languages[0].tag, size: circle.radius * 0.95, weight: .semibold)
        number.draw(
            on: frame, x: circle.x - number.ink.width / 2 - number.ink.x,
            y: circle.y - number.ink.height / 2 - number.ink.y + circle.radius * 0.14, Palette.text)
        let mark = circle.radius * 0.36
        frame.cameraMark(Box(circle.x - mark / 2, circle.y - circle.radius * 0.66, mark, mark * 0.8), Palette.camera)
        return moved(box)
    }

    /// What a copy of `box` touches: a pixel more where it ends within one.
    private func moved(_ box: Box) -> PixelBox { box.inset(-1, -1).pixels.intersection(frame.bounds.pixels) }

    /// A symbol that breathes while there is nothing to do but wait, and below it how long that has been.
    /// - Returns: what was drawn on.
    func drawBreathing(_ symbol: Symbol, _ colour: Colour, _ look: Look) -> PixelBox {
        let box = layout.symbol(in: movingBody)
        let circle = symbolCircle(in: movingBody)
        frame.copy(box, from: base)
        let breath = Double(look.motion.breath ?? Motion.breathSteps) / Double(Motion.breathSteps)
        let time = look.motion.elapsed.map {
            typesetter.set(
                Self.duration($0), language: languages[0].tag,
                size: typesetter.size(for: layout.noteHeight * 1.3, in: languages[0]), weight: .medium)
        }
        let room = time.map { $0.height + layout.unit * 0.02 } ?? 0
        let radius = min(circle.radius, (box.height - room) / 2)
        let y = circle.y - room / 2
        frame.disc(circle.x, y, radius * (0.84 + 0.16 * breath), colour, alpha: 0.14)
        symbol.draw(on: frame, x: circle.x, y: y, radius: radius * 0.96, colour)
        time?.draw(
            on: frame, x: circle.x - (time?.width ?? 0) / 2, y: y + radius + layout.unit * 0.02, Palette.quiet)
        return moved(box)
    }
}
