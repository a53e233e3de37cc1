import Glibc
import Primitives
import Testing

/// docs/calls.md says what the machine does: row for row, no more and no less.
@Suite struct DocumentationTests {
    @Test func theTableAndTheMachineAgree() throws {
        var seen = TransitionTable()
        for policy in Exploration.policies {
            var exploration = Exploration()
            exploration.run(from: Exploration.roots(policy), depth: 3)
            seen.add(exploration.transitions)
            // What takes more steps than the exploration goes.
            var random = RandomSource(seed: 5)
            for _ in 0..<90 {
                var world = World(policy)
                for _ in 0..<2_000 {
                    let stimulus = world.draw(&random)
                    seen.add(world.apply(stimulus).step, stimulus)
                }
            }
        }
        let documented = try Self.documentedRows()
        let rows = seen.rows
        for (key, effects) in rows.sorted(by: { $0.key < $1.key }) where documented[key] != effects {
            Issue.record("docs/calls.md lacks: | \(key.from) | \(key.input) | \(key.to) | \(effects) |")
        }
        for key in documented.keys.sorted() where rows[key] == nil {
            Issue.record("docs/calls.md has what never happens: | \(key.from) | \(key.input) | \(key.to) |")
        }
    }

    /// The rows of the table: state, input, next state, effects. The last column is for people.
    private static func documentedRows() throws -> [TransitionTable.Key: String] {
        let here = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = try #require(fopen("/\(here)/docs/calls.md", "r"))
        defer { fclose(file) }
        var rows: [TransitionTable.Key: String] = [:]
        var buffer = [CChar](repeating: 0, count: 4096)
        while fgets(&buffer, Int32(buffer.count), file) != nil {
            let line = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmed }
            guard cells.count >= 6, TransitionTable.Key.states.contains(cells[1]) else { continue }
            let key = TransitionTable.Key(from: cells[1], input: cells[2], to: cells[3])
            #expect(rows[key] == nil, "two rows for \(key)")
            rows[key] = cells[4]
        }
        return rows
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
