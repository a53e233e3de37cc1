import Primitives

/// Bits per second that arrive at the peer, by its own clock, over the last half second.
struct Throughput: Sendable {
    private static let bucket = Interval.milliseconds(50)
    private static let buckets = 10

    private var bytes = [Int](repeating: 0, count: Self.buckets)
    private var newest: Int64?
    private var oldest: Int64 = 0

    mutating func add(_ size: Int, at arrival: Interval) {
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

    /// Nil until half a second has been seen.
    var bitrate: Double? {
        guard let newest, newest - oldest >= Int64(Self.buckets) else { return nil }
        // The newest bucket is not full yet.
        var sum = 0
        for number in (newest - Int64(Self.buckets) + 1)..<newest { sum += bytes[place(number)] }
        return Double(sum * 8) / (Double(Self.buckets - 1) * Self.bucket.seconds)
    }
}
