import Primitives

/// Requests for packets that are answered only if no feedback tells first that they have arrived: on paths on which packets
/// overtake each other most of them do. In the order in which they came, each for about as long.
struct HeldAnswers: Sendable {
    struct Answer: Sendable {
        var sequenceNumber: UInt16
        var due: Instant
    }

    private static let capacity = 64
    private var places = Array(repeating: Answer(sequenceNumber: 0, due: .zero), count: Self.capacity)
    private var first = 0
    private var count = 0

    /// When the next one is due.
    var nextDeadline: Instant { count == 0 ? .distantFuture : places[first].due }

    /// False if there is no place left. A packet that is waited for already is not waited for twice.
    mutating func add(_ sequenceNumber: UInt16, due: Instant) -> Bool {
        for i in 0..<count where places[(first + i) % Self.capacity].sequenceNumber == sequenceNumber { return true }
        guard count < Self.capacity else { return false }
        places[(first + count) % Self.capacity] = Answer(sequenceNumber: sequenceNumber, due: due)
        count += 1
        return true
    }

    mutating func takeDue(now: Instant) -> UInt16? {
        guard count > 0, places[first].due <= now else { return nil }
        defer { (first, count) = ((first + 1) % Self.capacity, count - 1) }
        return places[first].sequenceNumber
    }

    mutating func removeAll() { count = 0 }
}
