import KioskConfiguration
import Glibc
import Primitives
import Testing

@Suite struct YAMLDocumentTests {
    private func failure(_ text: String) -> YAMLDocument.Failure? {
        do throws(YAMLDocument.Failure) {
            _ = try YAMLDocument.parse(Array(text.utf8))
            return nil
        } catch { return error }
    }

    @Test(arguments: [
        ("a: &x 1\nb: *x", 1, "uses an anchor (&), which is not taken"),
        ("b: *x", 1, "uses an alias (*), which is not taken"),
        ("a: !!str 1", 1, "uses a tag (!), which is not taken"),
        ("a: 1\nb: 2\na: 3", 3, "'a' stands twice (first in line 1)"),
        ("a: 1\n---\nb: 1", 2, "holds more than one document"),
        ("{[1]: 2}", 1, "has a key that is not a name"),
        ("a: {b: {a: 1, a: 2}}", 1, "'a' stands twice (first in line 1)"),
        ("a: [1", 2, "is not YAML"),
        ("a: \"\\0\"", 1, "holds a zero byte"),
        ("\ta: 1", 1, "is not YAML"),
    ])
    func refusals(text: String, line: Int, message: String) {
        let failure = failure(text)
        #expect(failure?.message.hasPrefix(message) == true, "\(String(describing: failure))")
        #expect(abs((failure?.line ?? -9) - line) <= 1)
    }

    @Test func bounds() {
        #expect(failure(String(repeating: "[", count: 9) + String(repeating: "]", count: 9)) == nil)
        let deep = failure(String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000))
        #expect(deep?.message == "is nested deeper than 8 levels")
        #expect(failure("[" + String(repeating: "1,", count: 5000) + "]")?.message == "has more than 4096 values")
        #expect(failure(String(repeating: "#", count: 65_536)) == nil)
        #expect(failure(String(repeating: "#", count: 65_537))?.message == "is larger than 64 KiB")
    }

    @Test func billionLaughsIsRefusedAtItsFirstAnchor() {
        let bomb = (0..<9).map { "a\($0): &a\($0) [\($0 == 0 ? "lol" : "*a\($0 - 1),*a\($0 - 1)")]" }
        #expect(failure(bomb.joined(separator: "\n"))?.line == 1)
    }

    /// Every truncation of a valid file and seeded mutations of it either read or are refused; nothing traps.
    @Test func mutations() throws {
        let valid = try Repository.read("board/virtual.yaml")
        for end in 0...valid.count { _ = try? BoardConfiguration(bytes: Array(valid[..<end]), file: "f") }
        var random = RandomSource(seed: 7)
        let scale = 3_000 * (getenv("CALLPOINT_FUZZ").flatMap { Int(String(cString: $0)) } ?? 1)
        let structure = Array("{}[]:,-#&*!|>'\"%@` \n\t\u{0}~?".utf8)
        for _ in 0..<scale {
            var bytes = valid
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes[at] = structure.randomElement(using: &random) ?? 0
                case 2: bytes.remove(at: at)
                default: bytes.insert(structure.randomElement(using: &random) ?? 0, at: at)
                }
            }
            let outcome = Result { try BoardConfiguration(bytes: bytes, file: "f") }
            if case .failure(let error as ConfigurationError) = outcome { #expect(!error.problems.isEmpty) }
        }
    }

    @Test(arguments: [("form", "from"), ("autmatic", "automatic"), ("Others", "others"), ("afetr", "after")])
    func nearest(written: String, meant: String) {
        #expect(nearestName(to: written, among: ["automatic", "after", "from", "others"]) == meant)
        #expect(nearestName(to: "colour", among: ["automatic", "after", "from", "others"]) == nil)
    }
}
