import Primitives

/// Whether queues on the way grow: the slope of the smoothed delay over the last groups, against a threshold that follows
/// the slope, so that a flow beside a greedy one is not starved (draft-ietf-rmcat-gcc-02 §5.3 to §5.5, with a
/// straight line through the delays in place of the Kalman filter).
struct DelayTrend: Sendable {
    enum Usage: Sendable { case normal, over, under }

    private static let window = 20
    private static let smoothing = 0.9
    private static let gain = 4.0
    /// Milliseconds.
    private static let overuseTime = 10.0
    private static let thresholdRange = 6.0...600.0
    private static let maximumChanges = 60

    private(set) var usage = Usage.normal
    private(set) var threshold = 12.5

    // Milliseconds since the first group, and the smoothed sum of delays then.
    private var times = [Double](repeating: 0, count: Self.window)
    private var delays = [Double](repeating: 0, count: Self.window)
    private var count = 0
    private var changes = 0
    private var start: Interval?
    private var delay = 0.0
    private var smoothed = 0.0
    private var slope = 0.0
    private var overusedFor: Double?
    private var lastTime: Double?

    /// What was before has no meaning.
    mutating func reset() {
        (usage, count, changes, start) = (.normal, 0, 0, nil)
        (delay, smoothed, slope) = (0, 0, 0)
        (overusedFor, lastTime) = (nil, nil)
    }

    mutating func add(_ change: ArrivalGroups.Change) {
        let first = start ?? change.arrivedAt
        start = first
        let time = (change.arrivedAt - first).seconds * 1e3
        delay += (change.arrival - change.departure).seconds * 1e3
        smoothed = Self.smoothing * smoothed + (1 - Self.smoothing) * delay
        let place = count % Self.window
        (times[place], delays[place]) = (time, smoothed)
        count += 1
        changes = min(changes + 1, Self.maximumChanges)
        let before = slope
        if count >= Self.window { slope = line() ?? slope }
        judge(slope * Double(changes) * Self.gain, departure: change.departure.seconds * 1e3, rises: slope >= before)
        adapt(slope * Double(changes) * Self.gain, time)
    }

    /// Least squares.
    private func line() -> Double? {
        let meanTime = times.reduce(0, +) / Double(Self.window)
        let meanDelay = delays.reduce(0, +) / Double(Self.window)
        var (numerator, denominator) = (0.0, 0.0)
        for i in times.indices {
            numerator += (times[i] - meanTime) * (delays[i] - meanDelay)
            denominator += (times[i] - meanTime) * (times[i] - meanTime)
        }
        return denominator > 0 ? numerator / denominator : nil
    }

    private mutating func judge(_ trend: Double, departure: Double, rises: Bool) {
        if trend > threshold {
            // Half of the first interval: the queue began to grow somewhere within it.
            let time = (overusedFor ?? -departure / 2) + departure
            overusedFor = time
            guard time > Self.overuseTime, rises else { return }
            overusedFor = 0
            usage = .over
        } else {
            overusedFor = nil
            usage = trend < -threshold ? .under : .normal
        }
    }

    private mutating func adapt(_ trend: Double, _ time: Double) {
        defer { lastTime = time }
        guard let lastTime else { return }
        let size = abs(trend)
        // A spike, as of a route that has changed, is not what the threshold should follow.
        guard size <= threshold + 15 else { return }
        let rate = size < threshold ? 0.039 : 0.0087
        threshold += rate * (size - threshold) * min(100, max(0, time - lastTime))
        threshold = min(Self.thresholdRange.upperBound, max(Self.thresholdRange.lowerBound, threshold))
    }
}
