/// Where things are on a screen of a given size, in pixels.
struct ScreenLayout {
    let width: Double
    let height: Double
    /// What sizes are counted in: the shorter side.
    let unit: Double
    let isLandscape: Bool
    /// Wide enough for two languages in one line; a screen of 4:3 is not.
    let isWide: Bool
    let buttonSide: ButtonSide
    let margin: Double
    let header: Box
    /// What the button does, at the bottom.
    let strip: Box

    init(width: Int, height: Int, buttonSide: ButtonSide) {
        self.buttonSide = buttonSide
        self.width = Double(width)
        self.height = Double(height)
        unit = min(self.width, self.height)
        isLandscape = self.width > self.height * 1.1
        isWide = self.width > self.height * 1.5
        margin = unit * 0.06
        header = Box(margin, unit * 0.05, self.width - 2 * margin, unit * 0.065)
        let stripHeight = unit * (isLandscape ? 0.165 : 0.20)
        strip = Box(margin, self.height - unit * 0.05 - stripHeight, self.width - 2 * margin, stripHeight)
    }

    /// The least height of a capital or an ideograph in a sentence.
    var sentenceHeight: Double { unit / 14 }
    /// The same for what stands beside it.
    var noteHeight: Double { unit / 30 }

    /// What is below the middle of a page.
    enum Bottom { case strip, note, open }

    /// One small line at the bottom.
    var note: Box { Box(margin, height - unit * 0.125, width - 2 * margin, unit * 0.075) }

    func body(bottom: Bottom) -> Box {
        let top = header.bottom + unit * 0.035
        let end =
            switch bottom {
            case .strip: strip.y - unit * 0.035
            case .note: note.y - unit * 0.02
            case .open: height - unit * 0.10
            }
        return Box(margin, top, width - 2 * margin, end - top)
    }

    func symbol(in body: Box) -> Box {
        guard isLandscape else {
            return Box(body.x, body.y, body.width, min(body.height * 0.30, body.width * 0.55))
        }
        // towards the button, so that the eye finds it there
        let width = min(body.height, body.width * (isWide ? 0.30 : 0.20))
        return Box(buttonSide == .right ? body.right - width : body.x, body.y, width, body.height)
    }

    func words(in body: Box) -> Box {
        let symbol = symbol(in: body)
        let gap = unit * 0.07
        guard !isLandscape else {
            return Box(
                buttonSide == .right ? body.x : symbol.right + gap, body.y, body.width - symbol.width - gap, body.height
            )
        }
        return Box(body.x, symbol.bottom + gap * 0.5, body.width, body.bottom - symbol.bottom - gap * 0.5)
    }

    /// In a call the strip reaches from edge to edge and the picture has all above it.
    var callStrip: Box {
        let stripHeight = unit * (isLandscape ? 0.155 : 0.26)
        return Box(0, height - stripHeight, width, stripHeight)
    }
    var picture: Box { Box(0, 0, width, callStrip.y.rounded(.down)) }
}
