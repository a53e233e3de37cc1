public import Primitives

/// How much a peer should send that goes by our word alone (REMB), from when its packets left and when they arrive here
/// (draft-ietf-rmcat-gcc-02 with the controller at the receiver, draft-alvestrand-rmcat-remb-03).
///
/// Begins with all that we take, as nothing is known of the path, and comes down once a queue is seen to grow. A value without
/// time of its own; nothing is allocated after `init`. Send times come from outside: any sequence of them is harmless.
public struct ReceiveSideRate: Sendable {
    public let minimumBitrate: Int
    public let maximumBitrate: Int

    /// Between two looks at what has arrived, as often as feedback would come.
    private static let period = Interval.milliseconds(50)
    /// Requests that ask for more, or for as much, are not closer together.
    private static let repetition = Interval.seconds(1)
    /// Packets that left so closely together are of one frame: only the first says how long the queue was.
    private static let burst = Interval.milliseconds(5)
    /// No path is late by so much more than a packet before.
    private static let jump = Interval.seconds(3)

    private var groups = ArrivalGroups()
    private var trend = DelayTrend()
    private var arriving = Throughput()
    private var queue = QueueDelay()
    private var delays: DelayBasedRate
    private var last: (sentAt: Interval, arrival: Instant)?
    private var frameStart: Interval?
    private var lastUpdate: Instant?
    private var requested: (bitrate: Int, at: Instant)?

    /// - Precondition: `0 < minimumBitrate ≤ maximumBitrate`.
    public init(minimumBitrate: Int, maximumBitrate: Int) {
        precondition(0 < minimumBitrate && minimumBitrate <= maximumBitrate, "bitrates in order")
        (self.minimumBitrate, self.maximumBitrate) = (minimumBitrate, maximumBitrate)
        delays = DelayBasedRate(bitrate: maximumBitrate)
    }

    /// Bits per second, RTP headers included.
    public var bitrate: Int { max(minimumBitrate, Int(min(delays.bitrate, Double(maximumBitrate)))) }
    /// How long packets wait on the way, beyond the least that any took.
    public var queueDelay: Interval { queue.value }

    /// A packet has arrived.
    /// - Parameters:
    ///   - size: bytes, RTP header included.
    ///   - sentAt: on the peer's clock; nil if it does not tell.
    public mutating func received(size: Int, sentAt: Interval?, roundTripTime: Interval, now: Instant) {
        let arrival = now - Instant.zero
        arriving.add(size, followsGap: false, at: arrival)
        if let sentAt { note(sentAt, now: now) }
        guard let before = lastUpdate else { return lastUpdate = now }
        guard now - before >= Self.period else { return }
        lastUpdate = now
        delays.update(
            trend.usage, queue: queue, arriving: arriving, roundTripTime: roundTripTime, now: now)
        delays.limit(Double(maximumBitrate))
    }

    private mutating func note(_ sentAt: Interval, now: Instant) {
        if let last {
            let late = (now - last.arrival) - (sentAt - last.sentAt)
            // Another clock, or another sender: what was before has no meaning.
            if late > Self.jump || late < .zero - Self.jump { forget() }
        }
        last = (sentAt, now)
        let departure = Instant.zero + sentAt
        if frameStart.map({ sentAt - $0 > Self.burst }) ?? true {
            frameStart = sentAt
            queue.add(sentAt: departure, arrival: now - Instant.zero, now: now)
        }
        if let change = groups.add(sentAt: departure, arrival: now - Instant.zero) { trend.add(change) }
    }

    private mutating func forget() {
        groups = ArrivalGroups()
        trend.reset()
        queue.reset()
        frameStart = nil
    }

    /// What to ask of the peer now: at once if it is less by more than three per cent, else once a second. Nil if nothing
    /// has to be said. Ask when a packet has arrived; what is returned counts as said.
    public mutating func takeRequest(now: Instant) -> Int? {
        guard lastUpdate != nil else { return nil }
        let bitrate = bitrate
        if let requested {
            let isLess = Double(bitrate) < 0.97 * Double(requested.bitrate)
            guard isLess || now - requested.at >= Self.repetition else { return nil }
        }
        requested = (bitrate, now)
        return bitrate
    }
}
