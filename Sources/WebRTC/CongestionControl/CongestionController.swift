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
    /// How long packets wait on the way, beyond the least that any took.
    public var queueDelay: Interval { queue.value }

    /// They wait so long that the queue had better be emptied before anything else.
    public var isQueueLong: Bool { queue.value > DelayBasedRate.longestQueue }

    /// How long an answer to a NACK had better wait for feedback that says that what is asked for has arrived; zero where packets
    /// hardly overtake each other.
    public var answerDelay: Interval { reordering.delay }

    private var packets = SentPackets()
    private var groups = ArrivalGroups()
    private var trend = DelayTrend()
    private var arriving = Throughput()
    private var queue = QueueDelay()
    private var reordering = Reordering()
    private var probes = ProbeSchedule()
    /// Of the feedback that is being read.
    private var now = Instant.zero
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
    /// - Parameter probe: the `Probe.id` that it belongs to; 0 if none.
    public mutating func sent(_ transportSequenceNumber: UInt16, size: Int, probe: UInt8 = 0, at now: Instant) {
        packets.sent(transportSequenceNumber, size: size, probe: probe, at: now)
        self.now = max(self.now, now)
        if probe != 0 { probes.sent(probe) }
    }

    /// A probe to begin now; nil if it is not time. Ask when video is about to be sent, of which `waiting` bytes are.
    public mutating func takeProbe(waiting: Int, now: Instant) -> Probe? {
        probes.take(
            waiting: waiting, target: Double(targetBitrate), maximum: min(requested, Double(maximumBitrate)),
            lowered: delays.lastDecrease,
            isQueuing: trend.usage == .over || queue.value > DelayBasedRate.emptyQueue, now: now)
    }

    /// The peer has told that the packet arrived; false also of what is no longer remembered.
    public func hasArrived(_ transportSequenceNumber: UInt16) -> Bool {
        packets.find(transportSequenceNumber).map { packets[$0].hasArrived } ?? false
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
        arriving.add(packet.size, followsGap: packets.noteReported(packet.sequence), at: arrival)
        reordering.add(packet.sequence, arrival: arrival)
        queue.add(sentAt: packet.sentAt, arrival: arrival, now: now)
        if packet.probe != 0 {
            probes.arrived(packet.probe, size: packet.size, sentAt: packet.sentAt, arrival: arrival)
        }
        // A probe's packets queue up on themselves: that says nothing of the rate.
        if packet.probe == 0, let change = groups.add(sentAt: packet.sentAt, arrival: arrival) { trend.add(change) }
    }

    /// All statuses of a feedback have been given.
    /// - Parameter isProbing: packets of a probe are still to leave.
    public mutating func concludeFeedback(roundTripTime: Interval, isProbing: Bool = false, now: Instant) {
        losses.count(expected: newlyArrived + max(0, newlyLost), lost: newlyLost)
        (newlyArrived, newlyLost) = (0, 0)
        reordering.concludeFeedback(now: now)
        delays.update(
            trend.usage, queue: queue, arriving: arriving, roundTripTime: roundTripTime, now: now)
        let highest = min(requested, Double(maximumBitrate))
        if let found = probes.conclude(isOut: isProbing, maximum: highest, now: now) {
            delays.take(found, mayLower: probes.isStarting, now: now)
            if found.isOpen { losses.raise(to: found.bitrate) }
        }
        losses.update(
            target: Double(targetBitrate), throughput: arriving.bitrate, queue: queue.value, now: now)
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
