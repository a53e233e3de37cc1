import Primitives

/// When to probe, and how fast: at the start with the first key frame itself, which leaves in a burst, twice; later with twice the
/// rate as long as that is below what may be sent; and at once again after a probe that met no limit.
struct ProbeSchedule: Sendable {
    /// After a rate was lowered, until the queue is gone.
    static let calm = Interval.milliseconds(1_000)
    static let interval = Interval.seconds(2)
    /// For feedback about the last packet.
    static let patience = Interval.seconds(1)

    private var nextID: UInt8 = 1
    private var result: ProbeResult?
    private var startedAt = Instant.zero
    private var dueAt = Instant.distantFuture
    private var dueBitrate = 0.0
    private var isFirst = true
    /// The first probes may also lower the rate: nothing is known of the path yet.
    private(set) var isStarting = true

    /// The next probe, if it is time.
    mutating func take(waiting: Int, target: Double, maximum: Double, lowered: Instant, isQueuing: Bool, now: Instant)
        -> Probe?
    {
        if result != nil {
            guard now - startedAt > Self.patience else { return nil }
            finish(now: now)
        }
        if isFirst {
            // The frame's own packets, and each of them once more: without it nothing is seen, and to ask for what was lost
            // of it takes a round trip.
            isFirst = false
            return start(Double(Pacer.firstBitrate), packets: 8, bytes: 2 * waiting, now: now)
        }
        if dueBitrate > 0 { return start(min(dueBitrate, 1.25 * maximum), now: now) }
        isStarting = false
        guard target < 0.95 * maximum, !isQueuing, now - lowered > Self.calm, now >= dueAt else { return nil }
        return start(min(2 * target, 1.25 * maximum), now: now)
    }

    private mutating func start(
        _ bitrate: Double, packets: Int = Probe.packets, bytes: Int? = nil, now: Instant
    ) -> Probe {
        dueBitrate = 0
        startedAt = now
        let id = nextID
        nextID = nextID == .max ? 1 : nextID + 1
        result = ProbeResult(id: id)
        return Probe(id: id, bitrate: Int(bitrate), packets: packets, bytes: bytes)
    }

    mutating func sent(_ id: UInt8) { if result?.id == id { result?.countSent() } }

    mutating func arrived(_ id: UInt8, size: Int, sentAt: Instant, arrival: Interval) {
        if result?.id == id { result?.add(size: size, sentAt: sentAt, arrival: arrival) }
    }

    /// What the probe that is out has shown, once, when it is over.
    /// - Parameter isOut: its packets have not all left yet.
    mutating func conclude(isOut: Bool, maximum: Double, now: Instant) -> ProbeResult.Estimate? {
        guard !isOut, let estimate = result?.estimate else { return nil }
        finish(now: now)
        // If nothing was met, go on until something is.
        if estimate.isOpen, estimate.bitrate < maximum { dueBitrate = 2 * estimate.bitrate }
        return estimate
    }

    private mutating func finish(now: Instant) {
        result = nil
        dueAt = now + Self.interval
    }
}
