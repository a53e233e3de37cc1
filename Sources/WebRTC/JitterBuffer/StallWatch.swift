import Primitives

/// Stalls of a path that come again and again (a radio that looks for stations, a bulk transfer's bursts): too rare for the
/// histogram to count, too frequent to be heard each time.
///
/// A stall is packets far later than is prepared for; its height is that of the latest. Three in a row that are no more
/// than ten seconds apart are expected to go on until twice their longest distance has passed without one.
struct StallWatch: Sendable {
    static let least = Interval.milliseconds(40)
    static let longestDistance = Interval.seconds(10)
    /// Late packets within this time are one stall.
    private static let extent = Interval.milliseconds(500)
    private static let wanted = 3

    private struct Stall: Sendable {
        var at = Instant.zero
        var height = Interval.zero
    }
    private var stalls = [Stall](repeating: Stall(), count: 4)
    private var count = 0

    /// Notes a packet's lateness.
    /// - Parameter expected: what would be prepared for without this.
    mutating func observe(_ lateness: Interval, expected: Interval, now: Instant) {
        guard lateness >= expected + Self.least else { return }
        let last = (count + stalls.count - 1) % stalls.count
        if count > 0, now - stalls[last].at < Self.extent {
            stalls[last].height = max(stalls[last].height, lateness)
            return
        }
        if count > 0, now - stalls[last].at > Self.longestDistance { count = 0 }
        stalls[count % stalls.count] = Stall(at: now, height: lateness)
        count = count + 1 < stalls.count * 2 ? count + 1 : stalls.count
    }

    /// What the stalls that are expected to go on ask for; zero if there are none.
    func height(now: Instant) -> Interval {
        guard count >= Self.wanted else { return .zero }
        let known = min(count, stalls.count)
        var (height, longest) = (Interval.zero, Interval.zero)
        for i in 0..<known {
            let stall = stalls[(count - 1 - i + stalls.count) % stalls.count]
            height = max(height, stall.height)
            guard i + 1 < known else { continue }
            longest = max(longest, stall.at - stalls[(count - 2 - i + stalls.count) % stalls.count].at)
        }
        let latest = stalls[(count - 1 + stalls.count) % stalls.count].at
        return now - latest <= longest * 2 ? height : .zero
    }

    mutating func reset() { count = 0 }
}
