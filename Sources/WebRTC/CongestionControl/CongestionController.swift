public import Primitives

/// How much we may send, from the peer's transport-wide feedback: the least of what delay, loss and the peer's own
/// word (REMB) allow (draft-ietf-rmcat-gcc-02).
///
/// Tell it each packet that leaves with a transport-wide number; give it the statuses of a feedback one by one, then
/// `concludeFeedback`. A value without time of its own; nothing is allocated after `init`. Statuses come from outside:
/// any sequence of them is harmless.
public struct CongestionController: Sendable {
    /// Bits per second, RTP headers included.
    public private(set) var targetBitrate: Int
    public let minimumBitrate: Int
    public var maximumBitrate: Int
    /// The share of packets lost, 0 to 1, as of late.
    public var lossFraction: Double { losses.fraction }
    /// Bits per second that arrive, nil until that is known.
    public var throughput: Double? { arriving.bitrate }

    private var packets = SentPackets()
    private var groups = ArrivalGroups()
    private var trend = DelayTrend()
    private var arriving = Throughput()
    private var delays: DelayBasedRate
    private var losses: LossBasedRate
    /// What the peer asked for at the most.
    private var requested = Double.infinity
    private var newlyArrived = 0
    private var newlyLost = 0

    /// - Precondition: `0 < minimumBitrate ≤ startBitrate ≤ maximumBitrate`.
    public init(startBitrate: Int, minimumBitrate: Int, maximumBitrate: Int) {
        precondition(
            minimumBitrate > 0 && minimumBitrate <= startBitrate && startBitrate <= maximumBitrate,
            "bitrates in order")
        targetBitrate = startBitrate
        self.minimumBitrate = minimumBitrate
        self.maximumBitrate = maximumBitrate
        delays = DelayBasedRate(bitrate: startBitrate)
        losses = LossBasedRate(bitrate: maximumBitrate)
    }

    /// A packet leaves.
    public mutating func sent(_ transportSequenceNumber: UInt16, size: Int, at now: Instant) {
        packets.sent(transportSequenceNumber, size: size, at: now)
    }

    /// What the peer says of one packet: when it arrived by its clock, nil if it has not.
    public mutating func feedback(_ transportSequenceNumber: UInt16, arrival: Interval?) {
        guard let index = packets.find(transportSequenceNumber), !packets[index].hasArrived else { return }
        let packet = packets[index]
        guard let arrival else {
            if !packet.isMissing {
                packets[index].isMissing = true
                newlyLost += 1
            }
            return
        }
        packets[index].hasArrived = true
        newlyArrived += 1
        if packet.isMissing { newlyLost -= 1 }
        arriving.add(packet.size, at: arrival)
        if let change = groups.add(sentAt: packet.sentAt, arrival: arrival) { trend.add(change) }
    }

    /// All statuses of a feedback have been given.
    public mutating func concludeFeedback(roundTripTime: Interval, now: Instant) {
        losses.count(expected: newlyArrived + max(0, newlyLost), lost: newlyLost)
        (newlyArrived, newlyLost) = (0, 0)
        delays.update(trend.usage, throughput: arriving.bitrate, roundTripTime: roundTripTime, now: now)
        losses.update(target: Double(targetBitrate), now: now)
        settle()
    }

    /// The peer's own limit (draft-alvestrand-rmcat-remb-03).
    public mutating func request(_ bitrate: Int) {
        requested = Double(max(0, bitrate))
        settle()
    }

    private mutating func settle() {
        let highest = min(requested, Double(maximumBitrate))
        // What none of them will allow is not saved up for later.
        delays.limit(Double(maximumBitrate))
        losses.limit(Double(maximumBitrate))
        let allowed = min(delays.bitrate, losses.bitrate, highest)
        targetBitrate = max(minimumBitrate, Int(min(allowed, Double(maximumBitrate))))
    }
}
