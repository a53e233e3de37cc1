import Foundation
import Testing

/// Rules that a reader relies on and a compiler does not check.
@Suite struct HouseRuleTests {
    @Test func noFileIsLongerThanFourHundredLines() throws {
        for file in try ImportTests.sources() {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(lines <= 401, "\(file.path) has \(lines) lines")
        }
    }

    /// A trap on bytes from outside is a denial of service.
    @Test func nothingForcesATryOrLeavesWorkUndone() throws {
        for file in try ImportTests.sources() {
            for mark in ["try!", "fatalError(", "TODO", "FIXME", "XXX"] {
                #expect(!file.text.contains(mark), "\(file.path) has \(mark)")
            }
        }
    }

    @Test func everyDebianPackageSaysWhyItIsNeeded() throws {
        let list = try String(
            contentsOf: ImportTests.root.appending(path: "scripts/debian-packages.txt"), encoding: .utf8)
        let lines = list.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count > 10)
        for line in lines {
            let words = line.split(separator: " ")
            #expect(words.count >= 3 && ["build", "relay", "test", "bench"].contains(words[0]), "\(line)")
        }
    }
}
