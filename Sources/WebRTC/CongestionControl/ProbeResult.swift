import Primitives

/// What became of the packets of one probe: how fast they left, and how fast they arrived.
struct ProbeResult: Sendable {
    /// What the probe says the path carries, in bits per second.
    struct Estimate: Equatable, Sendable {
        var bitrate: Double
        /// They arrived about as fast as they left: there may be more.
        var isOpen: Bool
    }

    let id: UInt8
    private(set) var sent = 0
    private var arrived = 0
    private var bytes = 0
    private var firstSent = Instant.distantFuture
    private var lastSent = Instant(nanoseconds: .min)
    private var lastSentSize = 0
    private var firstArrival = Interval(nanoseconds: .max)
    private var lastArrival = Interval(nanoseconds: .min)
    private var firstArrivalSize = 0

    init(id: UInt8) { self.id = id }

    mutating func countSent() { sent += 1 }

    mutating func add(size: Int, sentAt: Instant, arrival: Interval) {
        arrived += 1
        bytes += size
        firstSent = min(firstSent, sentAt)
        if sentAt >= lastSent { (lastSent, lastSentSize) = (sentAt, size) }
        if arrival < firstArrival { (firstArrival, firstArrivalSize) = (arrival, size) }
        lastArrival = max(lastArrival, arrival)
    }

    /// Nil while too few have arrived to tell, or if their times make no sense.
    var estimate: Estimate? {
        guard arrived >= 3 else { return nil }
        let leaving = (lastSent - firstSent).seconds
        let arriving = (lastArrival - firstArrival).seconds
        guard leaving > 0, leaving < 1, arriving > 0, arriving < 1 else { return nil }
        let sendRate = Double((bytes - lastSentSize) * 8) / leaving
        let receiveRate = Double((bytes - firstArrivalSize) * 8) / arriving
        guard sendRate > 0, receiveRate > 0, receiveRate < 2 * sendRate else { return nil }
        // Where they are drawn out that far, the first few say it all.
        let isClear = receiveRate < 0.5 * sendRate && arriving > 0.04
        guard isClear || arrived >= Probe.packets - 1 && arrived * 10 >= sent * 8 else { return nil }
        let isOpen = receiveRate > 0.9 * sendRate
        return Estimate(bitrate: isOpen ? min(sendRate, receiveRate) : receiveRate, isOpen: isOpen)
    }
}
