import CPangoCairo

extension ScreenRenderer {
    /// The two languages that are shown.
    var languages: [ScreenLanguage] { Array(options.languages.prefix(2)) }

    func wordings(_ text: (ScreenTexts) -> String) -> [Wording] {
        languages.map { Wording(text: text($0.texts), language: $0) }
    }

    /// Draws `block` on the still layer and notes it.
    func place(
        _ block: TextBlock, x: Double, y: Double, in box: Box, _ colour: Colour, role: PlacedText.Role,
        letterHeight: Double, on canvas: Canvas? = nil, offset: (x: Double, y: Double) = (0, 0)
    ) {
        block.draw(on: canvas ?? base, x: x - offset.x, y: y - offset.y, colour)
        let ink = Box(x + block.ink.x, y + block.ink.y, block.ink.width, block.ink.height)
        written.append(
            PlacedText(
                text: block.text, role: role, ink: ink, box: box, letterHeight: letterHeight,
                isCut: block.isEllipsized || block.overflows))
    }

    /// The wordings one under another, in the largest type between `least` and `most` that fits the box.
    struct Stack {
        var blocks: [(block: TextBlock, y: Double)]
        var letterHeight: Double
        var height: Double
    }

    func stack(
        _ wordings: [Wording], width: Double, height: Double, least: Double, most: Double,
        alignment: Typesetter.Alignment, weight: Typesetter.Weight = .semibold
    ) -> Stack {
        var letterHeight = most
        while true {
            var y = 0.0
            var blocks: [(block: TextBlock, y: Double)] = []
            var fits = true
            // Below the least height only what the configuration wrote can be left; that is cut rather than spilt.
            let isLast = letterHeight <= least * 0.55
            for wording in wordings {
                let size = typesetter.size(for: letterHeight, in: wording.language)
                let room = max(1, Int((height - y) / (size * 1.25)))
                let block = typesetter.setBalanced(
                    wording.text, language: wording.language.tag, size: size, weight: weight, width: width,
                    alignment: alignment, lines: isLast ? max(1, room / max(1, wordings.count - blocks.count)) : nil)
                if block.overflows { fits = false }
                // by what the letters cover: leading above and below would cost a size
                blocks.append((block, y - block.ink.y))
                y += block.ink.height + letterHeight * 0.75
            }
            let total = y - letterHeight * 0.75
            if (fits && total <= height) || isLast {
                return Stack(blocks: blocks, letterHeight: letterHeight, height: total)
            }
            letterHeight = letterHeight > least ? max(least, letterHeight * 0.95) : letterHeight * 0.93
        }
    }

    func place(_ stack: Stack, x: Double, y: Double, in box: Box, _ colour: Colour, role: PlacedText.Role) {
        for (block, dy) in stack.blocks {
            place(block, x: x, y: y + dy, in: box, colour, role: role, letterHeight: stack.letterHeight)
        }
    }

    /// One line at most `width` wide, smaller if it must be, and cut only below two thirds of the size.
    func line(
        _ wording: Wording, letterHeight: Double, weight: Typesetter.Weight = .medium, width: Double
    ) -> (block: TextBlock, letterHeight: Double) {
        var letterHeight = letterHeight
        let least = letterHeight * 0.66
        while true {
            let size = typesetter.size(for: letterHeight, in: wording.language)
            let block = typesetter.set(wording.text, language: wording.language.tag, size: size, weight: weight)
            if block.width <= width { return (block, letterHeight) }
            guard letterHeight > least else { break }
            letterHeight = max(least, letterHeight * 0.95)
        }
        let size = typesetter.size(for: letterHeight, in: wording.language)
        return (
            typesetter.set(
                wording.text, language: wording.language.tag, size: size, weight: weight, width: max(1, width), lines: 1
            ),
            letterHeight
        )
    }

    /// Both languages in one line, "Incoming call  来电".
    func joined(_ text: (ScreenTexts) -> String) -> Wording {
        Wording(text: languages.map { text($0.texts) }.joined(separator: "\u{2002}"), language: languages[0])
    }

    /// A duration as it is read: minutes and seconds, with hours when there are any.
    static func duration(_ seconds: Int) -> String {
        func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(seconds % 60))" : "\(minutes):\(two(seconds % 60))"
    }
}
