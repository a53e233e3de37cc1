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
        return (PictureLayer.Patch(canvas: canvas, x: Int(box.x), y: Int(box.y)), box)
    }

    /// Why the other side does not see or hear the patient, over the bottom of the picture.
    func addRemark(_ remark: Remark, in area: Box) {
        let padding = layout.unit * 0.03
        let width = area.width * 0.86
        let stack = stack(
            wordings(remark.text), width: width, height: area.height * 0.34, least: layout.noteHeight * 1.1,
            most: layout.noteHeight * 1.5, alignment: .centre)
        let box = Box(
            (area.centreX - width / 2 - padding).rounded(),
            (area.bottom - stack.height - 3 * padding).rounded(), (width + 2 * padding).rounded(.up),
            (stack.height + 2 * padding).rounded(.up))
        let canvas = Canvas(width: Int(box.width), height: Int(box.height), transparent: true)
        canvas.fill(canvas.bounds, radius: layout.unit * 0.03, Palette.ground, alpha: 0.94)
        for (block, dy) in stack.blocks {
            place(
                block, x: box.x + padding, y: box.y + padding + dy, in: box, Palette.trouble, role: .note,
                letterHeight: stack.letterHeight, on: canvas, offset: (box.x, box.y))
        }
        canvas.flush()
        pictures.patches.append(PictureLayer.Patch(canvas: canvas, x: Int(box.x), y: Int(box.y)))
    }

    /// The words of a weak connection over the dimmed picture.
    func addReconnecting(in area: Box) {
        let box = area.inset(area.width * (layout.isWide ? 0.08 : layout.isLandscape ? 0.03 : 0.05), area.height * 0.14)
        let canvas = Canvas(width: Int(box.width), height: Int(box.height), transparent: true)
        canvas.fill(canvas.bounds, radius: layout.unit * 0.04, Palette.ground, alpha: 0.94)
        let radius =
            layout.isLandscape ? min(box.width * (layout.isWide ? 0.13 : 0.09), box.height * 0.32) : box.height * 0.13
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
        pictures.patches.append(PictureLayer.Patch(canvas: canvas, x: Int(box.x.rounded()), y: Int(box.y.rounded())))
    }
}
