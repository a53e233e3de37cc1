/// What a JSON text from outside may ask of us.
public struct JSONLimits: Hashable, Sendable {
    /// Bytes of the whole text.
    public var bytes: Int
    /// Arrays and objects within each other.
    public var depth: Int
    /// Values in all.
    public var values: Int

    public init(bytes: Int = 128 * 1024, depth: Int = 16, values: Int = 8192) {
        (self.bytes, self.depth, self.values) = (bytes, depth, values)
    }
}

public enum JSONError: Error, Hashable, Sendable {
    case tooLong, tooDeep, tooManyValues
    /// Not JSON; the offset of the byte that shows it.
    case malformed(at: Int)
    case duplicateKey(at: Int)
}

extension JSONValue {
    /// Reads one JSON text. Strict: RFC 8259 without extensions, well-formed UTF-8, no key twice in an object,
    /// no half of a surrogate pair, nothing after the value.
    public init(parsing bytes: ArraySlice<UInt8>, limits: JSONLimits = JSONLimits()) throws(JSONError) {
        guard bytes.count <= limits.bytes else { throw .tooLong }
        var parser = JSONParser(bytes: bytes, limits: limits)
        self = try parser.text()
    }

    public init(parsing text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) {
        try self.init(parsing: Array(text.utf8)[...], limits: limits)
    }
}

private struct JSONParser {
    let bytes: ArraySlice<UInt8>
    let limits: JSONLimits
    var index: Int
    var values = 0

    init(bytes: ArraySlice<UInt8>, limits: JSONLimits) {
        (self.bytes, self.limits, index) = (bytes, limits, bytes.startIndex)
    }

    var malformed: JSONError { .malformed(at: index - bytes.startIndex) }
    var next: UInt8? { index < bytes.endIndex ? bytes[index] : nil }

    mutating func text() throws(JSONError) -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        guard next == nil else { throw malformed }
        return value
    }

    mutating func skipSpace() {
        while let c = next, c == 0x20 || c == 0x09 || c == 0x0A || c == 0x0D { index += 1 }
    }

    mutating func take(_ c: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: c) else { return false }
        index += 1
        return true
    }

    mutating func literal(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for c in word.description.utf8 {
            guard next == c else { throw malformed }
            index += 1
        }
        return value
    }

    mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        values += 1
        guard values <= limits.values else { throw .tooManyValues }
        skipSpace()
        switch next {
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "["):
            guard depth < limits.depth else { throw .tooDeep }
            return .array(try array(depth: depth + 1))
        case UInt8(ascii: "{"):
            guard depth < limits.depth else { throw .tooDeep }
            return .object(try object(depth: depth + 1))
        default: return try number()
        }
    }

    mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        index += 1
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return elements }
        while true {
            elements.append(try value(depth: depth))
            skipSpace()
            if take("]") { return elements }
            guard take(",") else { throw malformed }
        }
    }

    mutating func object(depth: Int) throws(JSONError) -> [String: JSONValue] {
        index += 1
        var members: [String: JSONValue] = [:]
        skipSpace()
        if take("}") { return members }
        while true {
            skipSpace()
            let start = index
            guard next == UInt8(ascii: "\"") else { throw malformed }
            let key = try string()
            skipSpace()
            guard take(":") else { throw malformed }
            let value = try value(depth: depth)
            guard members.updateValue(value, forKey: key) == nil else {
                throw .duplicateKey(at: start - bytes.startIndex)
            }
            skipSpace()
            if take("}") { return members }
            guard take(",") else { throw malformed }
        }
    }

    mutating func number() throws(JSONError) -> JSONValue {
        let start = index
        var whole = true
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") {
            whole = false
            try digits()
        }
        if take("e") || take("E") {
            whole = false
            if !take("+") { _ = take("-") }
            try digits()
        }
        guard index - start <= 64 else { throw malformed }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if whole, let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { throw malformed }
        return .number(number)
    }

    mutating func digits() throws(JSONError) {
        let start = index
        while let c = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(c) { index += 1 }
        guard index > start else { throw malformed }
    }

    mutating func string() throws(JSONError) -> String {
        index += 1
        var text: [UInt8] = []
        while let c = next {
            switch c {
            case UInt8(ascii: "\""):
                guard let valid = String(validating: text, as: UTF8.self) else { throw malformed }
                index += 1
                return valid
            case UInt8(ascii: "\\"):
                index += 1
                text.append(contentsOf: String(Character(try escape())).utf8)
            case 0..<0x20: throw malformed
            default:
                text.append(c)
                index += 1
            }
        }
        throw malformed
    }

    mutating func escape() throws(JSONError) -> Unicode.Scalar {
        guard let c = next else { throw malformed }
        index += 1
        switch c {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try hexUnit()
            guard UTF16.isLeadSurrogate(unit) else {
                guard let scalar = Unicode.Scalar(unit) else { throw malformed }
                return scalar
            }
            guard take("\\"), take("u") else { throw malformed }
            let trail = try hexUnit()
            guard UTF16.isTrailSurrogate(trail) else { throw malformed }
            let value = 0x10000 + (UInt32(unit & 0x3FF) << 10 | UInt32(trail & 0x3FF))
            guard let scalar = Unicode.Scalar(value) else { throw malformed }
            return scalar
        default: throw malformed
        }
    }

    mutating func hexUnit() throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let c = next, let digit = Character(Unicode.Scalar(c)).hexDigitValue, c < 0x80 else {
                throw malformed
            }
            unit = unit << 4 | UInt16(digit)
            index += 1
        }
        return unit
    }
}
