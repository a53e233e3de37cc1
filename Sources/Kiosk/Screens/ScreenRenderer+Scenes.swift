import CallControl

extension ScreenRenderer {
    /// Every screen without pictures: a symbol, a sentence, notes around it, and what the button does.
    func drawScene(_ look: Look) {
        switch look.scene {
        case .idle:
            drawPage(.pressButton, Palette.go, sentence: wordings(\.idle), actions: [])
            drawPointer(Palette.go)
        case .ringing(let name, let isVerified, let seconds):
            drawRinging(name: name, isVerified: isVerified, seconds: seconds, isPrivate: look.isPrivate)
        case .calling:
            drawPage(nil, Palette.wait, sentence: wordings(\.ringingOut), actions: [.press(\.pressToCancel)])
        case .connecting:
            drawPage(nil, Palette.wait, sentence: wordings(\.connecting), actions: [.press(\.pressToEnd)])
        case .ended(let reason, let name, let seconds):
            drawEnded(reason, name: name, seconds: seconds, cameraIsOpen: look.cameraIsOpen)
        case .offline:
            drawPage(
                .noSignal, Palette.trouble, sentence: wordings(\.offline), below: note(look.emergency),
                small: joined(\.keepsTrying), actions: [])
        case .fault(let code):
            drawPage(
                .warning, Palette.trouble, sentence: wordings(\.fault), below: note(look.emergency),
                small: staffNote(code), actions: [])
        case .inCall, .reconnecting: break  // drawCall
        }
    }

    private func note(_ text: String) -> Wording? {
        text.isEmpty ? nil : Wording(text: text, language: languages[0])
    }

    private func staffNote(_ code: String) -> Wording {
        let note = joined(\.forStaff)
        return Wording(text: "\(note.text)\u{2002}\(code)", language: note.language)
    }

    private func drawRinging(name: String, isVerified: Bool, seconds: Int?, isPrivate: Bool) {
        let known = name.isEmpty ? languages[0].texts.someone : name
        let above: (ScreenTexts) -> String =
            isVerified ? \.incomingCall : { "\($0.incomingCall) · \($0.notVerified)" }
        let sentence =
            seconds.map { seconds in
                wordings {
                    ScreenTexts.fill(
                        isPrivate ? $0.callWillStart : $0.cameraWillTurnOn, "seconds", String(seconds))
                }
            } ?? wordings(\.pressToAnswer)
        drawPage(
            nil, Palette.go, above: above, title: Wording(text: known, language: languages[0]), sentence: sentence,
            actions: seconds == nil ? [.hold(\.holdToRefuse)] : [.press(\.answerNow), .hold(\.holdToRefuse)])
    }

    private func drawEnded(_ reason: EndReason, name: String?, seconds: Int?, cameraIsOpen: Bool) {
        let texts: (ScreenTexts) -> String = { texts in
            switch reason {
            case .hungUpHere, .hungUpThere:
                name.map { ScreenTexts.fill(texts.endedWith, "name", $0) } ?? texts.ended
            case .cancelledThere: texts.cancelledThere
            case .cancelledHere: texts.cancelledHere
            case .refusedHere: texts.refusedHere
            case .refusedThere: texts.refusedThere
            case .busyThere: texts.busy
            case .notAnswered: texts.notAnswered
            case .connectionFailed, .connectionLost: texts.failed
            }
        }
        let wentWell = reason == .hungUpHere || reason == .hungUpThere
        drawPage(
            wentWell ? .check : .handsetDown, reason.isTrouble ? Palette.trouble : Palette.quiet,
            sentence: wordings(texts),
            below: seconds.map { Wording(text: Self.duration($0), language: languages[0]) },
            small: cameraIsOpen ? nil : joined(\.cameraOff), actions: [])
    }

    /// Lays a page out: above, title, sentence and below share the words' box; what is small stands at the bottom.
    private func drawPage(
        _ symbol: Symbol?, _ colour: Colour, above: ((ScreenTexts) -> String)? = nil, title: Wording? = nil,
        sentence: [Wording],
        below: Wording? = nil, small: Wording? = nil, actions: [Action]
    ) {
        let body = layout.body(bottom: !actions.isEmpty ? .strip : small != nil ? .note : .open)
        let box = layout.words(in: body)
        let alignment: Typesetter.Alignment = layout.isLandscape ? .start : .centre
        let least = layout.sentenceHeight
        let gap = layout.unit * 0.045
        var parts: [(Stack, Colour, PlacedText.Role)] = []
        func add(
            _ wordings: [Wording], _ colour: Colour, least: Double, most: Double, share: Double, role: PlacedText.Role
        ) {
            let used = parts.reduce(0) { $0 + $1.0.height + gap }
            let stack = stack(
                wordings, width: box.width, height: max(least, (box.height - used) * share), least: least, most: most,
                alignment: alignment, weight: role == .sentence ? .semibold : .medium)
            parts.append((stack, colour, role))
        }
        if let above { parts.append((lineStack(above, width: box.width), Palette.quiet, .note)) }
        if let title { add([title], colour, least: least * 0.9, most: least, share: 0.35, role: .note) }
        let most = title == nil ? least * 1.45 : least * 1.1
        add(sentence, Palette.text, least: least, most: most, share: below == nil ? 1 : 0.6, role: .sentence)
        if below != nil, parts.last.map({ $0.0.letterHeight < least }) ?? false {
            parts.removeLast()
            add(sentence, Palette.text, least: least, most: least, share: 0.82, role: .sentence)
        }
        if let below { add([below], colour, least: least * 0.6, most: least, share: 1, role: .note) }
        let total = parts.reduce(-gap) { $0 + $1.0.height + gap }
        var y = box.y + max(0, (box.height - total) / 2)
        for (stack, colour, role) in parts {
            place(stack, x: box.x, y: y, in: box, colour, role: role)
            y += stack.height + gap
        }
        if let symbol {
            let area = symbolCircle(in: body)
            symbol.draw(on: base, x: area.x, y: area.y, radius: area.radius, colour)
        }
        if let small { drawSmall(small) }
        if !actions.isEmpty { drawStrip(actions) }
    }

    /// One line as a stack, in the first language alone if both do not fit.
    private func lineStack(_ text: (ScreenTexts) -> String, width: Double) -> Stack {
        let both = line(joined(text), letterHeight: layout.noteHeight * 1.1, width: width)
        let (block, letterHeight) =
            both.block.isEllipsized
            ? line(
                Wording(text: text(languages[0].texts), language: languages[0]), letterHeight: layout.noteHeight * 1.1,
                width: width) : both
        return Stack(blocks: [(block, -block.ink.y)], letterHeight: letterHeight, height: block.ink.height)
    }

    private func drawSmall(_ wording: Wording) {
        let box = layout.note
        let (text, size) = line(wording, letterHeight: layout.noteHeight, width: box.width)
        let x = layout.isLandscape ? layout.words(in: layout.body(bottom: .note)).x : box.centreX - text.width / 2
        let (fitted, fittedSize) =
            x + text.width > box.right
            ? line(wording, letterHeight: layout.noteHeight, width: box.right - x) : (text, size)
        place(
            fitted, x: x, y: box.centreY - fitted.height / 2, in: box, Palette.quiet, role: .note,
            letterHeight: fittedSize)
    }

    /// Where the symbol of a page is.
    func symbolCircle(in body: Box) -> (x: Double, y: Double, radius: Double) {
        let box = layout.symbol(in: body)
        return (box.centreX, box.centreY, min(box.width, box.height) / 2)
    }
}

extension EndReason {
    fileprivate var isTrouble: Bool {
        switch self {
        case .connectionFailed, .connectionLost, .notAnswered, .busyThere, .refusedThere: true
        case .hungUpHere, .hungUpThere, .cancelledHere, .cancelledThere, .refusedHere: false
        }
    }
}
