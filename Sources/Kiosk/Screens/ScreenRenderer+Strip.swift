/// What the button does when it is pressed or held.
struct Action {
    let text: (ScreenTexts) -> String
    let isHeld: Bool
    static func press(_ text: @escaping (ScreenTexts) -> String) -> Action { Action(text: text, isHeld: false) }
    static func hold(_ text: @escaping (ScreenTexts) -> String) -> Action { Action(text: text, isHeld: true) }
}

extension ScreenRenderer {
    /// The actions at the bottom, towards the side where the button is.
    func drawStrip(_ actions: [Action]) {
        let strip = layout.strip
        base.fill(strip, radius: layout.unit * 0.035, Palette.panel)
        let width = strip.width / Double(actions.count)
        let boxes = actions.indices.map { index in
            Box(strip.x + Double(index) * width, strip.y, width, strip.height)
                .inset(layout.unit * 0.03, layout.unit * 0.012)
        }
        // All in the type of the one that has the least room.
        let most = zip(actions, boxes).reduce(layout.noteHeight * 1.45) { most, pair in
            words(of: pair.0, in: pair.1, most: most).letterHeight
        }
        for (index, (action, box)) in zip(actions, boxes).enumerated() {
            drawAction(action, in: box, most: most, leads: index == 0)
        }
    }

    private func markRadius(in box: Box) -> Double { min(box.height * 0.40, box.width * 0.14) }

    private func words(of action: Action, in box: Box, most: Double) -> Stack {
        let radius = markRadius(in: box)
        return stack(
            wordings(action.text), width: box.width - 2.55 * radius, height: box.height,
            least: min(most, layout.noteHeight), most: most, alignment: .start)
    }

    /// Half a disc at the screen's edge, pointing out of it to where the button is.
    func drawPointer(_ colour: Colour) {
        let radius = layout.unit * 0.075
        let (x, y) =
            switch options.buttonSide {
            case .below: (layout.width / 2, layout.height)
            case .left: (0, layout.height / 2)
            case .right: (layout.width, layout.height / 2)
            }
        base.disc(x, y, radius, colour)
        let inwards = radius * 0.46
        switch options.buttonSide {
        case .below: base.arrow(x: x, y: y - inwards, length: radius * 0.5, Palette.ground, side: .below)
        case .left: base.arrow(x: x + inwards, y: y, length: radius * 0.5, Palette.ground, side: .left)
        case .right: base.arrow(x: x - inwards, y: y, length: radius * 0.5, Palette.ground, side: .right)
        }
    }

    private func drawAction(_ action: Action, in box: Box, most: Double, leads: Bool) {
        let radius = markRadius(in: box)
        let gap = radius * 0.55
        let stack = words(of: action, in: box, most: most)
        let widest = stack.blocks.reduce(0) { max($0, $1.block.width) }
        let total = 2 * radius + gap + widest
        let x =
            switch options.buttonSide {
            case .below: box.centreX - total / 2
            case .left: box.x
            case .right: box.right - total
            }
        base.buttonMark(
            x: x + radius, y: box.centreY, radius: radius, leads ? Palette.text : Palette.quiet, held: action.isHeld,
            side: options.buttonSide)
        place(
            stack, x: x + 2 * radius + gap, y: box.centreY - stack.height / 2, in: box, Palette.text, role: .note)
    }
}
