package import Primitives

/// Which loops of the process have gone round lately; a value without a clock.
package struct LoopWatch: Sendable {
    /// A loop that has not gone round for longer stands still. Every one is asked each second.
    package static let patience = Interval.seconds(5)

    private var beats: [String: Instant]

    package init(_ loops: [String], now: Instant) {
        beats = Dictionary(loops.map { ($0, now) }, uniquingKeysWith: { first, _ in first })
    }

    package mutating func beat(_ loop: String, at now: Instant) { beats[loop] = now }

    /// The loops that stand still, in the order of their names.
    package func stuck(at now: Instant) -> [String] {
        beats.filter { now - $0.value > Self.patience }.keys.sorted()
    }
}
