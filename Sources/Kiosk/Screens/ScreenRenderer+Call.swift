import CPangoCairo
import CYUV

extension ScreenRenderer {
    /// The still parts of a call: the strip below the picture, the name on it, the words of a weak connection.
    func drawCall(_ look: Look) {
        let area = layout.picture
        base.fill(area, Colour(0x050D12))
        let strip = layout.callStrip
        base.fill(strip, Palette.ground)
        if !look.hasPicture { drawAbsence(in: area, waits: !look.scene.isReconnecting) }
        drawCallStatus(look, in: statusBox)
        drawEndAction(in: endBox)
        switch look.scene {
        case .reconnecting: addReconnecting(in: area)
        case .inCall(let name, let isVerified): addName(name, isVerified: isVerified, in: area)
        default: break
        }
        if let remark = look.remark, !look.scene.isReconnecting { addRemark(remark, in: area) }
    }

    /// Left: camera and time. In portrait: above what the button does.
    private var statusBox: Box {
        let strip = layout.callStrip
        return layout.isLandscape
            ? Box(layout.margin * 0.6, strip.y, strip.width * 0.27, strip.height)
            : Box(layout.margin, strip.y, strip.width - 2 * layout.margin, strip.height * 0.38)
    }
    private var endBox: Box {
        let strip = layout.callStrip
        return layout.isLandscape
            ? Box(
                statusBox.right + layout.unit * 0.02, strip.y,
                strip.width - statusBox.right - layout.unit * 0.02 - layout.margin * 0.6, strip.height)
            : Box(layout.margin, statusBox.bottom, strip.width - 2 * layout.margin, strip.height * 0.58)
    }

    /// A dot and, beside it, what it says: in both languages, one above the other where there is room.
    private func drawCallStatus(_ look: Look, in box: Box) {
        let dot = layout.noteHeight * 0.55
        let texts: (ScreenTexts) -> String = look.cameraIsOpen ? \.cameraOn : \.cameraOff
        let x = box.x + 3.2 * dot
        let stack = stack(
            layout.isLandscape ? wordings(texts) : [joined(texts)], width: box.right - x, height: box.height,
            least: layout.noteHeight * 0.9, most: layout.noteHeight * 1.1, alignment: .start, weight: .medium)
        base.disc(box.x + dot, box.centreY, dot, look.cameraIsOpen ? Palette.camera : Palette.line)
        place(stack, x: x, y: box.centreY - stack.height / 2, in: box, Palette.text, role: .note)
    }

    private func drawEndAction(in box: Box) {
        let radius = min(box.height * 0.36, layout.unit * 0.055)
        let gap = radius * 0.5
        let least = layout.sentenceHeight
        let parts = wordings(\.pressToEnd).map { wording in
            typesetter.set(
                wording.text, language: wording.language.tag, size: typesetter.size(for: least, in: wording.language),
                weight: .semibold)
        }
        let between = least * 0.55
        let total = 2 * radius + gap + parts.reduce(-between) { $0 + $1.width + between }
        guard total <= box.width else { return drawNarrowEndAction(in: box, radius: radius, gap: gap) }
        var x: Double
        switch options.buttonSide {
        case .below: x = min(max(box.x, layout.width / 2 - total / 2), box.right - total)
        case .left: x = box.x
        case .right: x = box.right - total
        }
        base.buttonMark(
            x: x + radius, y: box.centreY, radius: radius, Palette.text, held: false, side: options.buttonSide)
        x += 2 * radius + gap
        for part in parts {
            place(
                part, x: x, y: box.centreY - part.ink.height / 2 - part.ink.y, in: box, Palette.text, role: .sentence,
                letterHeight: least)
            x += part.width + between
        }
    }

    /// One language under the other where they do not fit side by side.
    private func drawNarrowEndAction(in box: Box, radius: Double, gap: Double) {
        let stack = stack(
            wordings(\.pressToEnd), width: box.width - 2 * radius - gap, height: box.height, least: layout.noteHeight,
            most: layout.sentenceHeight, alignment: .start)
        let widest = stack.blocks.reduce(0) { max($0, $1.block.width) }
        let x = box.centreX - (2 * radius + gap + widest) / 2
        base.buttonMark(
            x: x + radius, y: box.centreY, radius: radius, Palette.text, held: false, side: options.buttonSide)
        place(
            stack, x: x + 2 * radius + gap, y: box.centreY - stack.height / 2, in: box, Palette.text, role: .note)
    }

    /// A person's outline where a picture will be.
    private func drawAbsence(in area: Box, waits: Bool) {
        let size = area.height * 0.26
        Symbol.person(on: base, x: area.centreX, y: area.centreY - size * 0.35, size: size, Palette.line)
        guard waits else { return }
        let (text, height) = line(
            joined(\.waitingForPicture), letterHeight: layout.noteHeight * 1.2, width: area.width * 0.9)
        place(
            text, x: area.centreX - text.width / 2, y: area.centreY + size * 0.7, in: area, Palette.quiet, role: .note,
            letterHeight: height)
    }
}

extension Scene {
    var isReconnecting: Bool {
        self == .reconnecting
    }
}
