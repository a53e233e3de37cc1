extension SessionDescription {
    /// Reads a description. The time taken grows with the text's size and no faster; a text that is too large is
    /// refused before it is looked at.
    public init(parsing text: String, limits: SDPLimits = SDPLimits()) throws(SDPError) {
        var parser = SDPParser(limits: limits)
        self = try parser.parse(text)
    }
}

/// Reads the lines of RFC 8866 §9 in one pass. Line ends may be CRLF or LF; between `s=` and the first `m=` the lines
/// may come in any order, as several stacks write them.
package struct SDPParser {
    private static let opening = Array("vos".utf8)
    private let limits: SDPLimits
    /// Bytes and lines looked at: what the tests hold against the size of the input.
    package private(set) var steps = 0

    private var line = 0
    private var seen: Set<UInt8> = []
    private var candidates = 0

    package init(limits: SDPLimits = SDPLimits()) { self.limits = limits }

    package mutating func parse(_ text: String) throws(SDPError) -> SessionDescription {
        guard text.utf8.count <= limits.size else { throw .tooLarge }
        let bytes = Array(text.utf8)
        var description = SessionDescription(origin: .init(sessionID: "0", sessionVersion: "0"))
        description.times = []
        var start = 0
        var ended = false
        while start < bytes.count {
            line += 1
            guard line <= limits.lines else { throw .tooManyLines }
            var end = start
            var isIllegal = false
            while end < bytes.count, bytes[end] != 0x0A {
                // A carriage return may only stand before the line feed, or end the text.
                isIllegal = isIllegal || bytes[end] == 0
                isIllegal = isIllegal || (bytes[end] == 0x0D && end + 1 < bytes.count && bytes[end + 1] != 0x0A)
                end += 1
            }
            steps += end - start + 1
            var content = bytes[start..<end]
            start = end + 1
            if content.last == 0x0D { content.removeLast() }
            guard content.count <= limits.lineLength else { throw .lineTooLong(line: line) }
            guard !isIllegal else { throw .illegalCharacter(line: line) }
            // Some stacks end with an empty line; none may stand inside.
            if content.isEmpty {
                ended = true
                continue
            }
            guard !ended else { throw .malformedLine(line: line) }
            try read(content, into: &description)
        }
        for required in "vost" where !seen.contains(required.asciiValue ?? 0) { throw .missingLine(required) }
        return description
    }

    private mutating func read(
        _ content: ArraySlice<UInt8>, into description: inout SessionDescription
    ) throws(SDPError) {
        guard let type = content.first, content.dropFirst().first == UInt8(ascii: "=") else {
            throw .malformedLine(line: line)
        }
        let value = String(decoding: content.dropFirst(2), as: UTF8.self)
        if type == UInt8(ascii: "m") {
            guard seen.contains(UInt8(ascii: "s")) else { throw .unexpectedLine(line: line) }
            guard description.media.count < limits.mediaSections else { throw .tooManyMediaSections }
            description.media.append(try mediaLine(value))
            candidates = 0
        } else if let last = description.media.indices.last {
            try readMedia(type, value, index: last, into: &description.media[last])
        } else {
            try readSession(type, value, into: &description)
        }
    }

    private mutating func readSession(
        _ type: UInt8, _ value: String, into description: inout SessionDescription
    ) throws(SDPError) {
        // The first three lines have fixed places (RFC 8866 §5).
        guard line <= 3 ? Self.opening[line - 1] == type : !Self.opening.contains(type) else {
            throw .unexpectedLine(line: line)
        }
        let isNew = seen.insert(type).inserted
        switch type {
        case UInt8(ascii: "v"): guard value == "0" else { throw .malformedValue(line: line) }
        case UInt8(ascii: "o"): description.origin = try origin(value)
        case UInt8(ascii: "s"): description.name = value
        case UInt8(ascii: "e"): description.emails.append(value)
        case UInt8(ascii: "p"): description.phones.append(value)
        case UInt8(ascii: "b"): description.bandwidths.append(try bandwidth(value))
        case UInt8(ascii: "a"): description.attributes.append(try attribute(value))
        case UInt8(ascii: "t"): description.times.append(try time(value))
        case UInt8(ascii: "r"):
            guard let last = description.times.indices.last else { throw .unexpectedLine(line: line) }
            description.times[last].repeats.append(value)
        case UInt8(ascii: "k"): break  // RFC 8866 §5.12: obsolete, to be discarded
        case UInt8(ascii: "i") where isNew: description.information = value
        case UInt8(ascii: "u") where isNew: description.uri = value
        case UInt8(ascii: "c") where isNew: description.connection = try connection(Text.fields(value)[...])
        case UInt8(ascii: "z") where isNew: description.timeZones = value
        default: throw .unexpectedLine(line: line)
        }
    }

    private mutating func readMedia(
        _ type: UInt8, _ value: String, index: Int, into media: inout MediaDescription
    ) throws(SDPError) {
        switch type {
        case UInt8(ascii: "a"):
            let attribute = try attribute(value)
            if attribute.name == "candidate" {
                candidates += 1
                guard candidates <= limits.candidatesPerSection else { throw .tooManyCandidates(mLineIndex: index) }
            }
            media.attributes.append(attribute)
        case UInt8(ascii: "c"): media.connections.append(try connection(Text.fields(value)[...]))
        case UInt8(ascii: "b"): media.bandwidths.append(try bandwidth(value))
        case UInt8(ascii: "i") where media.information == nil: media.information = value
        case UInt8(ascii: "k"): break
        default: throw .unexpectedLine(line: line)
        }
    }
}

/// The values of single lines.
extension SDPParser {
    private func mediaLine(_ value: String) throws(SDPError) -> MediaDescription {
        let fields = Text.fields(value)
        guard fields.count >= 4, Text.isToken(fields[0]) else { throw .malformedValue(line: line) }
        let (port, count) = Text.cut(fields[1], at: UInt8(ascii: "/"))
        guard let number = Text.decimal(port, as: UInt16.self) else { throw .malformedValue(line: line) }
        var media = MediaDescription(
            kind: String(fields[0]), port: number, transport: String(fields[2]),
            formats: fields[3...].map { String($0) })
        if let count {
            guard let ports = Text.decimal(count, as: UInt16.self) else { throw .malformedValue(line: line) }
            media.portCount = ports
        }
        return media
    }

    private func origin(_ value: String) throws(SDPError) -> SessionDescription.Origin {
        let fields = Text.fields(value)
        func isNumber(_ text: Substring) -> Bool { text.utf8.allSatisfy { 0x30...0x39 ~= $0 } }
        guard fields.count == 6, isNumber(fields[1]), isNumber(fields[2]) else { throw .malformedValue(line: line) }
        return .init(
            username: String(fields[0]), sessionID: String(fields[1]), sessionVersion: String(fields[2]),
            address: try connection(fields[3...]))
    }

    private func connection(_ fields: ArraySlice<Substring>) throws(SDPError) -> SessionDescription.Connection {
        guard fields.count == 3 else { throw .malformedValue(line: line) }
        let texts = fields.map { String($0) }
        return .init(networkType: texts[0], addressType: texts[1], address: texts[2])
    }

    private func bandwidth(_ value: String) throws(SDPError) -> SessionDescription.Bandwidth {
        let (type, number) = Text.cut(value, at: UInt8(ascii: ":"))
        guard Text.isToken(type), let number, let amount = Text.decimal(Text.trimmed(number), as: UInt64.self) else {
            throw .malformedValue(line: line)
        }
        return .init(type: String(type), value: amount)
    }

    private func time(_ value: String) throws(SDPError) -> SessionDescription.Time {
        let fields = Text.fields(value)
        guard fields.count == 2, let start = Text.decimal(fields[0], as: UInt64.self),
            let stop = Text.decimal(fields[1], as: UInt64.self)
        else { throw .malformedValue(line: line) }
        return .init(start: start, stop: stop)
    }

    private func attribute(_ value: String) throws(SDPError) -> Attribute {
        let (name, rest) = Text.cut(value, at: UInt8(ascii: ":"))
        let bare = Text.trimmed(name)
        guard Text.isToken(bare) else { throw .malformedValue(line: line) }
        return Attribute(String(bare), rest.map { String($0) })
    }
}
