import Glibc
import Primitives
import SignallingMessages
import Testing

@Suite("JSON")
struct JSONTests {
    static let valid: [(String, JSONValue)] = [
        ("null", JSONValue.null), (" true ", true), ("false", false), ("0", 0), ("-0", 0), ("12", 12),
        ("-9223372036854775808", .integer(.min)), ("1.5", .number(1.5)), ("1e3", .number(1000)),
        ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("\"\"", ""), ("\"a\\u0041\"", "aA"),
        ("\"\\ud83d\\ude00\"", "😀"), ("\"\\\\\\\"\\/\\b\\f\\n\\r\\t\"", "\\\"/\u{8}\u{C}\n\r\t"), ("\"张三\"", "张三"),
        ("[]", []), ("[1,[2]]", [1, [2]]), ("{}", [:]), ("{\"a\":{\"b\":null}}", ["a": ["b": .null]]),
    ]

    @Test("what RFC 8259 allows is read", arguments: valid)
    func reads(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
    }

    @Test(
        "what RFC 8259 does not allow is refused",
        arguments: [
            "", " ", "nul", "tru", "TRUE", "01", "-", "+1", "1.", ".5", "1e", "0x1", "NaN", "Infinity", "1e999", "'a'",
            "\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"",
            "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{", "{\"a\"", "{\"a\":", "{\"a\":1,", "{\"a\":1,}", "{a:1}",
            "{1:1}", "1 2", "[]]", "\u{FEFF}1", "/**/1",
        ])
    func refuses(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test("bytes that are not UTF-8 are refused")
    func invalidUTF8() {
        for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80, 0x80], [0xE4, 0xBD]] {
            let quote: [UInt8] = [0x22]
            #expect(throws: JSONError.self) { try JSONValue(parsing: (quote + bytes + quote)[...]) }
        }
    }

    @Test("depth, size and number of values are bounded")
    func bounds() throws {
        let limits = JSONLimits(bytes: 100, depth: 3, values: 10)
        #expect(throws: Never.self) { try JSONValue(parsing: "[[[]]]", limits: limits) }
        #expect(throws: JSONError.tooDeep) { try JSONValue(parsing: "[[[[]]]]", limits: limits) }
        #expect(throws: JSONError.tooDeep) { try JSONValue(parsing: "[{\"a\":[{}]}]", limits: limits) }
        #expect(throws: JSONError.tooManyValues) {
            try JSONValue(parsing: "[1,2,3,4,5,6,7,8,9,0]", limits: limits)
        }
        #expect(throws: JSONError.tooLong) {
            try JSONValue(parsing: String(repeating: " ", count: 101), limits: limits)
        }
        #expect(throws: JSONError.tooDeep) { try JSONValue(parsing: String(repeating: "[", count: 100_000)) }
    }

    @Test("a key that comes twice is refused")
    func duplicateKeys() {
        #expect(throws: JSONError.duplicateKey(at: 7)) { try JSONValue(parsing: "{\"a\":1,\"a\":2}") }
        #expect(throws: JSONError.self) { try JSONValue(parsing: "{\"a\":1,\"\\u0061\":2}") }
    }

    @Test("what is written is read back the same")
    func roundTrip() throws {
        let value: JSONValue = [
            "s": "quote\" back\\ line\n nul\u{0} del\u{7F} 张 😀", "i": .integer(.max), "d": .number(-0.1), "n": .null,
            "a": [true, false, [], [:]],
        ]
        #expect(try JSONValue(parsing: value.text) == value)
        #expect(JSONValue.number(.infinity).text == "null")
        #expect(value.text == value.text.unicodeScalars.filter { $0.value >= 0x20 }.map(String.init).joined())
    }

    @Test("no truncation and no mutation traps, and what is still read is written and read the same")
    func mutations() throws {
        let seeds = [
            "{\"user\":{\"userName\":\"张三\",\"roomId\":\"101\"},\"offer\":{\"type\":\"offer\",\"sdp\":\"v=0\\r\\n\"}}",
            "[1,-2.5e10,true,null,\"\\ud83d\\ude00\\u0000\",[[[{}]]]]",
        ]
        for seed in seeds {
            let bytes = Array(seed.utf8)
            for end in 0..<bytes.count {
                #expect(throws: JSONError.self) { try JSONValue(parsing: bytes[..<end]) }
            }
        }
        var random = RandomSource(seed: 7)
        var accepted = 0
        for round in 0..<Fuzz.rounds {
            var bytes = Array(seeds[round % seeds.count].utf8)
            Fuzz.mutate(&bytes, &random)
            guard let value = try? JSONValue(parsing: bytes[...]) else { continue }
            accepted += 1
            #expect(try JSONValue(parsing: value.text) == value)
        }
        #expect(accepted > 0)
    }
}

/// Random changes to valid input; `CALLPOINT_FUZZ` times as many rounds.
enum Fuzz {
    static var rounds: Int {
        100_000 * max(1, getenv("CALLPOINT_FUZZ").flatMap { Int(String(cString: $0)) } ?? 1)
    }

    static func mutate(_ bytes: inout [UInt8], _ random: inout RandomSource) {
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let at = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: at)
            case 2: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: at)
            default: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
        }
    }
}
