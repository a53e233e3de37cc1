import Primitives

/// The least transit time of the packets that left last: of so many, and for so long, that one of them was quick if the path
/// has no queue.
struct RecentTransit: Sendable {
    private struct Slice: Sendable {
        var number = Int64.min
        var least = Int64.max
        var packets = 0
    }

    private static let length = Interval.milliseconds(20)
    /// What is looked back over at the least and at the most.
    private static let fewest = 5
    private static let most = 20
    /// That many packets are enough.
    private static let enough = 12

    private var slices = [Slice](repeating: Slice(), count: Self.most)
    private var newest: Int64?

    mutating func add(_ transit: Int64, sentAt: Instant) {
        let number = sentAt.nanoseconds / Self.length.nanoseconds
        // The clock of a peer may be set back.
        if let last = newest, last &- number > 50 { newest = nil }
        newest = max(newest ?? number, number)
        let place = place(number)
        if slices[place].number != number { slices[place] = Slice(number: number) }
        slices[place].least = min(slices[place].least, transit)
        slices[place].packets += 1
    }

    /// Nil before any packet.
    var least: Int64? {
        guard let newest else { return nil }
        var (least, packets) = (Int64.max, 0)
        for back in 0..<Self.most {
            if back >= Self.fewest, packets >= Self.enough { break }
            let number = newest &- Int64(back)
            let slice = slices[place(number)]
            guard slice.number == number else { continue }
            least = min(least, slice.least)
            packets += slice.packets
        }
        return least == .max ? nil : least
    }

    mutating func reset() {
        newest = nil
        for i in slices.indices { slices[i] = Slice() }
    }

    private func place(_ number: Int64) -> Int {
        Int(((number % Int64(Self.most)) + Int64(Self.most)) % Int64(Self.most))
    }
}
