import Primitives

/// Bits per second that arrive at the peer, by its own clock, over the last half second, or the last fifth where that
/// had more: while packets queue, what arrives at any time is what the link carries. Where the link has just become
/// narrower that is what it carried before, and `recent` what it does now.
struct Throughput: Sendable {
    private static let bucket = Interval.milliseconds(50)
    private static let buckets = 10

    private var bytes = [Int](repeating: 0, count: Self.buckets)
    private var newest: Int64?
    private var oldest: Int64 = 0
    private var last: Interval?
    private var skipped = Interval.zero

    /// - Parameter followsGap: nothing is known of packets before it, as a feedback was lost: the time up to it does not count.
    mutating func add(_ size: Int, followsGap: Bool, at arrival: Interval) {
        if followsGap, let last, arrival > last { skipped = skipped + (arrival - last) }
        last = max(last ?? arrival, arrival)
        add(size, at: arrival - skipped)
    }

    private mutating func add(_ size: Int, at arrival: Interval) {
        let number = arrival.nanoseconds / Self.bucket.nanoseconds
        guard let last = newest, abs(number - last) < 200 else {
            for i in bytes.indices { bytes[i] = 0 }
            (newest, oldest) = (number, number)
            bytes[place(number)] = size
            return
        }
        if number > last {
            for passed in max(last + 1, number - Int64(Self.buckets) + 1)...number { bytes[place(passed)] = 0 }
            newest = number
        }
        if number > (newest ?? 0) - Int64(Self.buckets) { bytes[place(number)] += size }
    }

    private func place(_ number: Int64) -> Int {
        Int(((number % Int64(Self.buckets)) + Int64(Self.buckets)) % Int64(Self.buckets))
    }

    /// Nil until a fifth of a second has been seen.
    var bitrate: Double? {
        guard let newest, let recent else { return nil }
        guard newest - oldest >= Int64(Self.buckets) else { return recent }
        return max(recent, rate(over: Self.buckets, before: newest))
    }

    /// Over the last fifth of a second; nil until that has been seen.
    var recent: Double? {
        guard let newest, newest - oldest >= Int64(Self.buckets / 2) else { return nil }
        return rate(over: Self.buckets / 2, before: newest)
    }

    /// The newest bucket is not full yet, and does not count.
    private func rate(over length: Int, before newest: Int64) -> Double {
        var sum = 0
        for number in (newest - Int64(length) + 1)..<newest { sum += bytes[place(number)] }
        return Double(sum * 8) / (Double(length - 1) * Self.bucket.seconds)
    }
}
