import CYAML

/// Reads one YAML document into nodes, by libyaml's events and within fixed bounds.
///
/// A configuration needs neither anchors, aliases (whose expansion can be unbounded), tags nor several documents:
/// each is refused, as is a key that stands twice, since one of the two would silently win.
package enum YAMLDocument {
    /// The largest file, in bytes.
    package static let sizeLimit = 64 * 1024
    package static let depthLimit = 8
    package static let nodeLimit = 4096

    package struct Failure: Error, Equatable {
        /// Counted from 1; 0 if the whole file is meant.
        package var line: Int
        package var message: String
    }

    /// The root node; nil for an empty document.
    package static func parse(_ bytes: [UInt8]) throws(Failure) -> YAMLNode? {
        guard bytes.count <= sizeLimit else {
            throw Failure(line: 0, message: "is larger than \(sizeLimit / 1024) KiB")
        }
        var parser = yaml_parser_t()
        guard yaml_parser_initialize(&parser) == 1 else { throw Failure(line: 0, message: "could not be read") }
        defer { yaml_parser_delete(&parser) }
        // The bytes are lent for as long as libyaml reads from them.
        let result: Result<YAMLNode?, Failure> = bytes.withUnsafeBufferPointer { input in
            yaml_parser_set_input_string(&parser, input.baseAddress, input.count)
            yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
            return withUnsafeMutablePointer(to: &parser) { pointer in
                var builder = Builder(parser: pointer)
                do throws(Failure) { return .success(try builder.document()) } catch { return .failure(error) }
            }
        }
        return try result.get()
    }
}

/// What one event of libyaml says, copied out of its memory.
private enum Token {
    case streamStart, streamEnd, documentStart, documentEnd
    case scalar(String, isPlain: Bool, line: Int)
    case sequenceStart(line: Int), sequenceEnd
    case mappingStart(line: Int), mappingEnd
}

private struct Builder {
    let parser: UnsafeMutablePointer<yaml_parser_t>
    var nodes = 0

    mutating func document() throws(YAMLDocument.Failure) -> YAMLNode? {
        var root: YAMLNode?
        var documents = 0
        while true {
            let token = try next()
            switch token {
            case .streamStart, .documentEnd: continue
            case .streamEnd: return root
            case .documentStart:
                documents += 1
                guard documents == 1 else { throw failure("holds more than one document") }
            default: root = try node(token, depth: 0)
            }
        }
    }

    private mutating func node(_ token: Token, depth: Int) throws(YAMLDocument.Failure) -> YAMLNode {
        nodes += 1
        guard nodes <= YAMLDocument.nodeLimit else {
            throw failure("has more than \(YAMLDocument.nodeLimit) values")
        }
        guard depth <= YAMLDocument.depthLimit else {
            throw failure("is nested deeper than \(YAMLDocument.depthLimit) levels")
        }
        switch token {
        case .scalar(let text, let isPlain, let line): return YAMLNode(.scalar(text, isPlain: isPlain), line: line)
        case .sequenceStart(let line):
            var items: [YAMLNode] = []
            while true {
                let item = try next()
                if case .sequenceEnd = item { return YAMLNode(.sequence(items), line: line) }
                items.append(try node(item, depth: depth + 1))
            }
        case .mappingStart(let line): return YAMLNode(.mapping(try entries(depth: depth)), line: line)
        default: throw failure("is not well formed")
        }
    }

    private mutating func entries(depth: Int) throws(YAMLDocument.Failure) -> [YAMLEntry] {
        var entries: [YAMLEntry] = []
        var lines: [String: Int] = [:]
        while true {
            let token = try next()
            if case .mappingEnd = token { return entries }
            guard case .scalar(let key, _, let line) = token else { throw failure("has a key that is not a name") }
            if let earlier = lines.updateValue(line, forKey: key) {
                throw YAMLDocument.Failure(line: line, message: "'\(key)' stands twice (first in line \(earlier))")
            }
            entries.append(YAMLEntry(key: key, line: line, value: try node(try next(), depth: depth + 1)))
        }
    }

    private func failure(_ message: String) -> YAMLDocument.Failure {
        YAMLDocument.Failure(line: parser.pointee.mark.line + 1, message: message)
    }

    private mutating func next() throws(YAMLDocument.Failure) -> Token {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else {
            let problem = parser.pointee.problem.map { String(cString: $0) } ?? "not well formed"
            throw YAMLDocument.Failure(
                line: max(parser.pointee.problem_mark.line, parser.pointee.context_mark.line) + 1,
                message: "is not YAML: \(problem)")
        }
        defer { yaml_event_delete(&event) }
        let line = event.start_mark.line + 1
        switch event.type {
        case YAML_STREAM_START_EVENT: return .streamStart
        case YAML_STREAM_END_EVENT: return .streamEnd
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            try refuse(anchor: start.anchor, tag: start.tag, line: line)
            return .sequenceStart(line: line)
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            try refuse(anchor: start.anchor, tag: start.tag, line: line)
            return .mappingStart(line: line)
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            try refuse(anchor: scalar.anchor, tag: scalar.tag, line: line)
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            guard !bytes.contains(0) else {
                throw YAMLDocument.Failure(line: line, message: "holds a zero byte")
            }
            let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
            return .scalar(String(decoding: bytes, as: UTF8.self), isPlain: isPlain, line: line)
        case YAML_ALIAS_EVENT: throw YAMLDocument.Failure(line: line, message: "uses an alias (*), which is not taken")
        default: throw YAMLDocument.Failure(line: line, message: "is not well formed")
        }
    }

    private func refuse(
        anchor: UnsafeMutablePointer<yaml_char_t>?, tag: UnsafeMutablePointer<yaml_char_t>?, line: Int
    ) throws(YAMLDocument.Failure) {
        if anchor != nil { throw YAMLDocument.Failure(line: line, message: "uses an anchor (&), which is not taken") }
        if tag != nil { throw YAMLDocument.Failure(line: line, message: "uses a tag (!), which is not taken") }
    }
}
