extension Typesetter {
    /// As `set`, with lines of about equal length: no last line of one word.
    func setBalanced(
        _ text: String, language: String, size: Double, weight: Weight, width: Double, alignment: Alignment, lines: Int?
    ) -> TextBlock {
        let bound = Self.bindingPhrases(text)
        func attempt(_ width: Double) -> TextBlock {
            set(
                bound, language: language, size: size, weight: weight, width: width, alignment: alignment, lines: lines)
        }
        let widest = attempt(width)
        guard lines == nil, widest.lineCount > 1, !widest.overflows else { return widest }
        var (narrow, wide) = (width / Double(widest.lineCount + 1), width)
        for _ in 0..<7 {
            let middle = (narrow + wide) / 2
            let block = attempt(middle)
            if block.lineCount == widest.lineCount, !block.overflows { wide = middle } else { narrow = middle }
        }
        // Centred and right-aligned lines need the whole width to be aligned in.
        guard alignment == .start else {
            return set(
                Self.broken(bound, as: attempt(wide)), language: language, size: size, weight: weight, width: width,
                alignment: alignment)
        }
        return attempt(wide)
    }

    /// `text` with word joiners between all letters but where it has a `|`, if it has one.
    static func bindingPhrases(_ text: String) -> String {
        let phrases = text.split(separator: "|", omittingEmptySubsequences: false)
        guard phrases.count > 1 else { return text }
        return phrases.map { phrase in
            phrase.map { $0 == " " ? "\u{00A0}" : String($0) }.joined(separator: "\u{2060}")
        }.joined(separator: "\u{200B}")
    }

    /// `text` with line ends where `block` has them.
    private static func broken(_ text: String, as block: TextBlock) -> String {
        let bytes = Array(text.utf8)
        let starts = block.lineStarts
        var lines: [String] = []
        for (index, start) in starts.enumerated() {
            let end = index + 1 < starts.count ? starts[index + 1] : bytes.count
            guard start <= end, end <= bytes.count else { return text }
            lines.append(String(decoding: bytes[start..<end], as: UTF8.self))
        }
        return lines.map { line in
            var line = Substring(line)
            while let last = line.last, last == " " || last == "\n" { line.removeLast() }
            return String(line)
        }.joined(separator: "\n")
    }
}
