extension ScreenRenderer {
    /// Clinic and clock, and between them small steady marks for what is wrong or recording.
    func drawHeader(_ look: Look) {
        let box = layout.header
        let height = layout.noteHeight
        var right = box.right
        let language = languages[0]
        if !look.clock.isEmpty {
            let (clock, size) = line(
                Wording(text: look.clock, language: language), letterHeight: height * 1.15, weight: .semibold,
                width: box.width * 0.25)
            place(
                clock, x: right - clock.width, y: box.centreY - clock.height / 2, in: box, Palette.text, role: .note,
                letterHeight: size)
            right -= clock.width + layout.unit * 0.035
        }
        var marks: [(Wording, Colour)] = []
        // otherwise there is room for one language
        func words(_ text: (ScreenTexts) -> String) -> Wording {
            layout.isWide ? joined(text) : Wording(text: text(language.texts), language: language)
        }
        if look.cameraIsOpen { marks.append((words(\.cameraOn), Palette.camera)) }
        if look.scene.showsTroubles {
            marks += look.troubles.map { trouble in (words { $0.name(of: trouble) }, Palette.trouble) }
        }
        for (wording, colour) in marks.prefix(layout.isWide ? 2 : 1) {
            right = drawMark(wording, colour, right: right) - layout.unit * 0.02
        }
        let name = look.clinic.isEmpty ? look.kiosk : look.clinic
        let (title, size) = line(
            Wording(text: name, language: language), letterHeight: height * 1.15, weight: .semibold,
            width: min(box.width * 0.6, right - box.x))
        place(
            title, x: box.x, y: box.centreY - title.height / 2, in: box, Palette.text, role: .note, letterHeight: size)
        let x = box.x + title.width + layout.unit * 0.03
        guard !look.clinic.isEmpty, !look.kiosk.isEmpty, right - x > layout.unit * 0.15 else { return }
        let (place_, placeSize) = line(
            Wording(text: look.kiosk, language: language), letterHeight: height, width: right - x)
        place(
            place_, x: x, y: box.centreY + title.baseline - title.height / 2 - place_.baseline, in: box, Palette.quiet,
            role: .note, letterHeight: placeSize)
    }

    /// A dot and words in a pill that ends at `right`.
    /// - Returns: where it starts.
    private func drawMark(_ wording: Wording, _ colour: Colour, right: Double) -> Double {
        let box = layout.header
        let height = layout.noteHeight
        let (text, size) = line(
            wording, letterHeight: height, width: layout.isWide ? box.width * 0.36 : box.width * 0.5)
        let padding = height * 0.75
        let dot = height * 0.42
        let pill = Box(
            right - text.width - 2 * padding - 3 * dot, box.y - height * 0.1,
            text.width + 2 * padding + 3 * dot, box.height + height * 0.2)
        base.fill(pill, radius: pill.height / 2, Palette.panel)
        base.disc(pill.x + padding + dot, pill.centreY, dot, colour)
        place(
            text, x: pill.right - padding - text.width, y: pill.centreY - text.height / 2, in: pill, Palette.text,
            role: .note, letterHeight: size)
        return pill.x
    }
}

extension Scene {
    /// The screens whose sentence already says what is wrong do not say it twice.
    fileprivate var showsTroubles: Bool {
        switch self {
        case .offline, .fault: false
        default: true
        }
    }
}

extension ScreenTexts {
    fileprivate func name(of trouble: Trouble) -> String {
        switch trouble {
        case .network: noNetwork
        case .calls: noCalls
        case .privacySwitch: privacyOn
        case .camera: noCamera
        case .microphone: noMicrophone
        case .speaker: noSpeaker
        }
    }
}
