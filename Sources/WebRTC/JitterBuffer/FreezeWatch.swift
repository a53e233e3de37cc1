public import Primitives

/// Counts the times that a picture stood still, as webrtc-stats defines `freezeCount`: a frame seen later after the one
/// before than three times the mean of the last thirty, and 150 ms more than it.
public struct FreezeWatch: Sendable {
    public private(set) var freezeCount: UInt64 = 0
    /// Seconds.
    public private(set) var totalFreezesDuration = 0.0

    private static let window = 30
    private var intervals = [Double](repeating: 0, count: Self.window)
    private var count = 0
    private var sum = 0.0
    private var last: Instant?

    public init() {}

    /// A frame is seen.
    public mutating func shown(at now: Instant) {
        defer { last = now }
        guard let last else { return }
        let interval = max(0, (now - last).seconds)
        if count > 0 {
            let mean = sum / Double(min(count, Self.window))
            if interval > max(3 * mean, mean + 0.15) {
                freezeCount += 1
                totalFreezesDuration += interval
            }
        }
        sum += interval - intervals[count % Self.window]
        intervals[count % Self.window] = interval
        count += 1
    }

    /// Other frames follow; what was counted stays.
    public mutating func restart() {
        last = nil
        count = 0
        sum = 0
        for i in intervals.indices { intervals[i] = 0 }
    }
}
