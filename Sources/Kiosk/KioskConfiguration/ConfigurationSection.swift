/// One group of keys being read. Each reader of a key names it, so that the keys nobody asked for are the unknown ones,
/// and reading nothing at all lists every key there is.
package final class ConfigurationSection {
    private let source: Source
    private let path: [String]
    private let entries: [YAMLEntry]
    private let line: Int
    private var asked: Set<String> = []
    private var children: [ConfigurationSection] = []

    /// Whether the file has this group.
    package let isPresent: Bool

    /// What all sections of a file share.
    package final class Source {
        package let file: String
        package var problems: [ConfigurationError.Problem] = []
        /// Every key that was asked for, dotted.
        package var keys: [String] = []

        package init(file: String) { self.file = file }

        /// Where the file lies, with a slash at the end; empty for the current folder.
        var folder: String { file.lastIndex(of: "/").map { String(file[...$0]) } ?? "" }
    }

    /// The root of a file.
    package convenience init(root: YAMLNode?, source: Source) {
        self.init(node: root, path: [], source: source)
    }

    private init(node: YAMLNode?, path: [String], source: Source) {
        self.path = path
        self.source = source
        line = node?.line ?? 0
        isPresent = node != nil
        if case .mapping(let entries)? = node?.value {
            self.entries = entries
        } else {
            entries = []
            if let node { report(line: node.line, key: nil, "expected a group of keys, found \(node.kind)") }
        }
    }

    /// Where relative paths in the file start.
    package var folder: String { source.folder }

    private func dotted(_ key: String?) -> String { (path + (key.map { [$0] } ?? [])).joined(separator: ".") }

    private func report(line: Int, key: String?, _ message: String) {
        source.problems.append(.init(file: source.file, line: line, key: dotted(key), message: message))
    }

    /// The value of `key`, nil if the file does not have it.
    private func node(_ key: String) -> YAMLNode? {
        asked.insert(key)
        source.keys.append(dotted(key))
        return entries.first { $0.key == key }?.value
    }

    package func has(_ key: String) -> Bool { entries.contains { $0.key == key } }

    /// Notes that `key` is wrong in a way that only the caller can see.
    package func reject(_ key: String, _ message: String) {
        report(line: entries.first { $0.key == key }?.line ?? line, key: key, message)
    }

    package func section(_ key: String) -> ConfigurationSection {
        let child = ConfigurationSection(node: node(key), path: path + [key], source: source)
        children.append(child)
        return child
    }

    /// A list of groups of the same keys; empty if the file does not have it.
    package func sections(_ key: String, count limit: Int) -> [ConfigurationSection] {
        guard let node = node(key) else {
            // Asked for in any case, so that its keys are known.
            children.append(ConfigurationSection(node: nil, path: path + [key], source: source))
            return Array(children.suffix(1))
        }
        guard case .sequence(let items) = node.value else {
            report(line: node.line, key: key, "expected a list, found \(node.kind)")
            return []
        }
        guard items.count <= limit else {
            report(line: node.line, key: key, "has more than \(limit) entries")
            return []
        }
        let list = items.map { ConfigurationSection(node: $0, path: path + [key], source: source) }
        children += list
        return list
    }

    /// A scalar's text; `nil` with a problem noted if there is something else.
    private func scalar(_ key: String) -> (text: String, isPlain: Bool, line: Int)? {
        guard let node = node(key) else { return nil }
        guard case .scalar(let text, let isPlain) = node.value else {
            report(line: node.line, key: key, "expected a single value, found \(node.kind)")
            return nil
        }
        guard !(isPlain && (text.isEmpty || text == "~" || text == "null")) else {
            report(line: node.line, key: key, "has no value")
            return nil
        }
        return (text, isPlain, node.line)
    }

    /// A text of 1 to `limit` characters without control characters. A bare number is taken as its digits.
    package func text(_ key: String, limit: Int = 200) -> String? {
        guard let (text, _, line) = scalar(key) else { return nil }
        guard !text.isEmpty, text.count <= limit else {
            report(line: line, key: key, "must have 1 to \(limit) characters")
            return nil
        }
        guard !text.unicodeScalars.contains(where: { $0.value < 32 || (0x7F..<0xA0).contains($0.value) }) else {
            report(line: line, key: key, "must not hold control characters")
            return nil
        }
        return text
    }

    package func requiredText(_ key: String, limit: Int = 200) -> String {
        if !has(key) { report(line: line, key: key, "is missing") }
        return text(key, limit: limit) ?? ""
    }

    package func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int) -> Int {
        guard let (text, isPlain, line) = scalar(key) else { return fallback }
        guard isPlain, let number = Int(text) else {
            report(line: line, key: key, "expected a whole number, found '\(text)'")
            return fallback
        }
        guard range.contains(number) else {
            report(line: line, key: key, "\(number) is outside \(range.lowerBound) to \(range.upperBound)")
            return fallback
        }
        return number
    }

    package func truth(_ key: String, default fallback: Bool) -> Bool {
        guard let (text, isPlain, line) = scalar(key) else { return fallback }
        switch (isPlain, text) {
        case (true, "true"): return true
        case (true, "false"): return false
        default:
            report(line: line, key: key, "expected true or false, found '\(text)'")
            return fallback
        }
    }

    /// One of the raw values of `Choice`.
    package func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, default fallback: Choice
    ) -> Choice where Choice.RawValue == String {
        guard let (text, _, line) = scalar(key) else { return fallback }
        if let choice = Choice(rawValue: text) { return choice }
        let names = Choice.allCases.map(\.rawValue)
        let meant = nearestName(to: text, among: names).map { "; did you mean '\($0)'?" } ?? ""
        report(line: line, key: key, "'\(text)' is not one of \(names.joined(separator: ", "))\(meant)")
        return fallback
    }

    /// A list of texts; nil if the file does not have it.
    package func texts(_ key: String, count limit: Int, length: Int = 64) -> [String]? {
        guard let node = node(key) else { return nil }
        guard case .sequence(let items) = node.value else {
            report(line: node.line, key: key, "expected a list, found \(node.kind)")
            return nil
        }
        guard items.count <= limit else {
            report(line: node.line, key: key, "has more than \(limit) entries")
            return nil
        }
        var texts: [String] = []
        for item in items {
            guard case .scalar(let text, _) = item.value, !text.isEmpty, text.count <= length else {
                report(line: item.line, key: key, "expected a text of 1 to \(length) characters")
                return nil
            }
            texts.append(text)
        }
        return texts
    }

    /// Notes every key of this group and of those below that nobody asked for.
    package func rejectUnknownKeys() {
        for entry in entries where !asked.contains(entry.key) {
            let known = asked.sorted()
            let hint =
                nearestName(to: entry.key, among: known).map { "did you mean '\($0)'?" }
                ?? "known here: \(known.joined(separator: ", "))"
            report(line: entry.line, key: entry.key, "is not a known key; \(hint)")
        }
        for child in children { child.rejectUnknownKeys() }
    }
}
