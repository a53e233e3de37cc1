import CPangoCairo
import CYUV

extension ScreenRenderer {
    /// Who is seen, on a plate over the top left of the picture.
    func addName(_ name: String, isVerified: Bool, in area: Box) {
        guard !name.isEmpty else { return }
        let text = isVerified ? name : "\(name) · \(languages[0].texts.notVerified)"
        let (block, size) = line(
            Wording(text: text, language: languages[0]), letterHeight: layout.noteHeight,
            width: area.width * (layout.isLandscape ? 0.45 : 0.54))
        let (patch, box) = plate(block, x: plateMargin, y: plateMargin)
        pictures.patches.append(patch)
        pictures.name = box
        written.append(
            PlacedText(
                text: text, role: .note, ink: Box(box.x + platePadding, box.y, block.width, box.height), box: area,
                letterHeight: size, isCut: block.isEllipsized))
    }

    /// How long the call has been, on a plate of its own.
    func drawCallTime(_ look: Look) {
        guard let elapsed = look.motion.elapsed else { return }
        let (block, _) = line(
            Wording(text: Self.duration(elapsed), language: languages[0]), letterHeight: layout.noteHeight,
            weight: .semibold, width: layout.width * 0.25)
        // beside the name, or upright below it, where the own picture is not
        let name = pictures.name ?? Box(0, plateMargin, 0, 0)
        let (x, y) =
            layout.isLandscape || pictures.name == nil
            ? (name.right + plateMargin, name.y) : (name.x, name.bottom + plateMargin * 0.5)
        pictures.time = plate(block, x: x, y: y).patch
    }

    private var plateMargin: Double { (layout.unit * 0.025).rounded() }
    private var platePadding: Double { layout.noteHeight * 0.8 }

    private func plate(_ block: TextBlock, x: Double, y: Double) -> (patch: PictureLayer.Patch, box: Box) {
        let box = Box(
            x.rounded(), y.rounded(), (block.width + 2 * platePadding).rounded(.up),
            (block.height + platePadding * 0.7).rounded(.up))
        let canvas = Canvas(width: Int(box.width), height: Int(box.height), transparent: true)
        canvas.fill(canvas.bounds, radius: box.height / 2, Palette.ground, alpha: 0.9)
        block.draw(on: canvas, x: platePadding, y: (box.height - block.height) / 2, Palette.text)
        canvas.flush()
        return (PictureLayer.Patch(canvas: canvas, x: box.x, y: box.y), box)
    }

    /// The words of a weak connection over the dimmed picture.
    func addReconnecting(in area: Box) {
        let box = area.inset(area.width * (layout.isLandscape ? 0.08 : 0.05), area.height * 0.14)
        let canvas = Canvas(width: Int(box.width), height: Int(box.height), transparent: true)
        canvas.fill(canvas.bounds, radius: layout.unit * 0.04, Palette.ground, alpha: 0.94)
        let radius = layout.isLandscape ? min(box.width * 0.13, box.height * 0.32) : box.height * 0.13
        let padding = layout.unit * 0.05
        let words =
            layout.isLandscape
            ? Box(
                box.x + 2 * radius + 2 * padding, box.y + padding, box.width - 2 * radius - 3 * padding,
                box.height - 2 * padding)
            : Box(
                box.x + padding, box.y + 2 * radius + 1.5 * padding, box.width - 2 * padding,
                box.height - 2 * radius - 2.5 * padding)
        Symbol.weakSignal.draw(
            on: canvas, x: layout.isLandscape ? padding + radius : box.width / 2,
            y: layout.isLandscape ? box.height / 2 : padding + radius, radius: radius, Palette.trouble)
        let stack = stack(
            wordings(\.reconnecting), width: words.width, height: words.height, least: layout.sentenceHeight,
            most: layout.sentenceHeight * 1.05, alignment: layout.isLandscape ? .start : .centre)
        let y = words.centreY - stack.height / 2
        for (block, dy) in stack.blocks {
            place(
                block, x: words.x, y: y + dy, in: words, Palette.text, role: .sentence,
                letterHeight: stack.letterHeight, on: canvas, offset: (box.x.rounded(), box.y.rounded()))
        }
        canvas.flush()
        pictures.patches.append(PictureLayer.Patch(canvas: canvas, x: box.x.rounded(), y: box.y.rounded()))
    }

    /// The other side's picture, the own one in the corner, and what stands over both.
    func drawPictures(_ look: Look) {
        let area = layout.picture
        if !remote.isEmpty {
            let box = area.fitting(width: remote.width, height: remote.height)
            if pictures.pictureBox != box {
                frame.copy(area, from: base)
                pictures.pictureBox = box
            }
            scaled.scale(remote, width: Int(box.width), height: Int(box.height))
            scaled.paint(on: frame, x: Int(box.x), y: Int(box.y))
            if look.scene.isReconnecting { frame.fill(box, Colour(0x000000), alpha: 0.55) }
        } else {
            frame.copy(area, from: base)
        }
        if look.cameraIsOpen, !local.isEmpty, !look.scene.isReconnecting { drawInset(in: area) }
        for patch in pictures.patches + (pictures.time.map { [$0] } ?? []) {
            cairo_set_source_surface(frame.cairo, patch.canvas.surface, patch.x, patch.y)
            cairo_paint(frame.cairo)
        }
    }

    /// The own picture as in a mirror, with round corners.
    private func drawInset(in area: Box) {
        let margin = (layout.unit * 0.03).rounded()
        let most = Box(0, 0, area.width * (layout.isLandscape ? 0.22 : 0.30), area.height * 0.34)
        let size = most.fitting(width: local.width, height: local.height)
        let (width, height) = (Int(size.width), Int(size.height))
        let canvas: Canvas
        if let inset = pictures.inset, inset.width == width, inset.height == height {
            canvas = inset
        } else {
            canvas = Canvas(width: width, height: height)
            pictures.inset = canvas
        }
        scaled.scale(local, width: width, height: height)
        scaled.paint(on: canvas, x: 0, y: 0)
        let box = Box(area.right - margin - size.width, area.y + margin, size.width, size.height)
        frame.saved {
            frame.round(box, layout.unit * 0.022)
            cairo_clip(frame.cairo)
            cairo_translate(frame.cairo, box.right, box.y)
            cairo_scale(frame.cairo, -1, 1)  // the mirror
            cairo_set_source_surface(frame.cairo, canvas.surface, 0, 0)
            cairo_pattern_set_filter(cairo_get_source(frame.cairo), CAIRO_FILTER_FAST)
            cairo_paint(frame.cairo)
        }
        frame.set(Palette.text, alpha: 0.9)
        frame.round(box, layout.unit * 0.022)
        cairo_set_line_width(frame.cairo, max(1.5, layout.unit * 0.004))
        cairo_stroke(frame.cairo)
    }
}
