public import Primitives
public import RTP

/// Holds the Opus packets of one stream just long enough that they come in time to be played.
///
/// The network's side calls `insert`; the player calls `next(now:)` whenever it needs samples, and by when it calls, it
/// sets the pace. The delay aimed at follows the observed lateness up at once and down within five seconds of a bad
/// spell's end; the player gets there by what it leaves out or puts in (`AudioTiming`, `scaled`). A jump of the timestamp
/// without one of the sequence number is silence of the sender, not loss.
/// Allocates nothing after `init`. One thread: the player's.
public struct AudioJitterBuffer: ~Copyable {
    public internal(set) var statistics = AudioJitterStatistics()
    /// A longer delay asked for from outside, to be in step with video; bounded by the configured maximum.
    public var minimumPlayoutDelay = Interval.zero

    struct Entry: Sendable {
        var sequence = Int64.min
        var timestamp: Int64 = 0
        var samples = 0
        var arrival = Instant.zero
        var isDiscontinuous = false
        var hasRedundancy = false
        var header: RTPHeader?
    }

    let configuration: AudioJitterConfiguration
    var buffers: SlotArray<PooledBuffer>
    var entries: [Entry]
    var delays = DelayEstimator()
    var losses = LossReserve()
    private var timestamps = TimestampUnwrapper()
    private var farAway = 0

    /// The last packet played or passed over; nil before the start.
    var last: Int64?
    var highest = Int64.min
    /// The media time that is due next.
    var expected: Int64 = 0
    /// Samples given out since `expected` without any of the stream's.
    var overdue: Int64 = 0
    var lastSamples = 960
    /// The packet whose redundancy was given out last.
    var recoveredFrom = Int64.min
    /// Packets played since the last one of the sender's silence, up to 2. A single one renews what is known of its noise.
    var sinceSilence = 2
    var isInSilence: Bool { sinceSilence < 2 }
    /// Between the first packet of a spell that was played and the end of the longest gap.
    public internal(set) var isPlaying = false
    /// Samples concealed in a row.
    var concealed = 0
    /// Smoothed delay of what is played over the quickest packet's.
    var smoothedDelay = Interval.zero
    var lastAdjustment = Instant.zero
    var lastPlaying = Instant.zero

    public init(configuration: AudioJitterConfiguration = AudioJitterConfiguration()) {
        let capacity = configuration.capacity
        precondition(capacity >= 2 && capacity & (capacity - 1) == 0, "a power of two is needed")
        precondition(configuration.clockRate > 0, "a clock ticks")
        self.configuration = configuration
        buffers = SlotArray(capacity: capacity)
        entries = Array(repeating: Entry(), count: capacity)
    }

    /// Packets held.
    public var count: Int { buffers.count }

    /// The delay aimed at, over the quickest packet's.
    public var targetDelay: Interval { min(max(networkDelay, minimumPlayoutDelay), configuration.maximumDelay) }

    /// What of it the path asks for.
    public var networkDelay: Interval {
        // A packet is fetched up to one period of the player, 10 ms, before its first sample is played.
        let observed = delays.observations < 20 ? configuration.initialDelay : delays.spread + .milliseconds(10)
        return min(max(configuration.minimumDelay, observed + losses.reserve), configuration.maximumDelay)
    }

    /// The present delay of playing, over the quickest packet's.
    public var currentDelay: Interval { smoothedDelay }

    /// Takes a packet.
    /// - Parameter sequence: its sequence number, unwrapped by the caller.
    public mutating func insert(
        _ packet: consuming PooledBuffer, header: RTPHeader, sequence: Int64, arrival: Instant
    ) -> InsertResult {
        guard let (samples, hasRedundancy) = Self.look(into: packet.bytes, header) else {
            statistics.malformedPackets += 1
            return .malformed
        }
        guard isNear(sequence) else {
            statistics.packetsDiscarded += 1
            return .late
        }
        let timestamp = observe(header.timestamp, samples: samples, arrival: arrival)
        if let last, sequence <= last {
            statistics.latePackets += 1
            statistics.packetsDiscarded += 1
            return .late
        }
        let place = place(of: sequence)
        if entries[place].sequence == sequence {
            statistics.duplicatePackets += 1
            return .duplicate
        }
        if entries[place].sequence != .min { release(place, discarding: true) }
        highest = max(highest, sequence)
        if hasRedundancy { statistics.fecPacketsReceived += 1 }
        entries[place] = Entry(
            sequence: sequence, timestamp: timestamp, samples: samples, arrival: arrival,
            isDiscontinuous: header.payloadRange.count <= OpusPayload.discontinuousSize, hasRedundancy: hasRedundancy,
            header: header)
        buffers.put(packet, at: place)
        boundTime()
        return .accepted
    }

    private static func look(into packet: RawSpan, _ header: RTPHeader) -> (samples: Int, hasRedundancy: Bool)? {
        guard let payload = packet.slice(header.payloadRange), let samples = OpusPayload.duration(of: payload) else {
            return nil
        }
        return (samples, OpusPayload.hasRedundancy(payload))
    }

    /// The payload of the packet after the one just reported lost, for its in-band FEC; nil if it is not here.
    public borrowing func withFollowingPayload<R>(_ body: (RawSpan) -> R) -> R? {
        guard let last else { return nil }
        let place = place(of: last + 1)
        let entry = entries[place]
        guard entry.sequence == last + 1, buffers.isFilled(place), let header = entry.header else { return nil }
        return buffers.withElement(at: place) { packet in
            guard let payload = packet.bytes.slice(header.payloadRange) else { return nil }
            return body(payload)
        }
    }

    /// Starts anew, for another SSRC; gives all packets back. The statistics stay.
    public mutating func reset() {
        for place in entries.indices { release(place, discarding: false) }
        delays.reset()
        losses = LossReserve()
        timestamps.reset()
        last = nil
        highest = .min
        recoveredFrom = .min
        overdue = 0
        isPlaying = false
        sinceSilence = 2
        concealed = 0
        farAway = 0
    }

    func place(of sequence: Int64) -> Int { Int(truncatingIfNeeded: sequence) & (entries.count - 1) }

    mutating func release(_ place: Int, discarding: Bool) {
        let sequence = entries[place].sequence
        guard sequence != .min else { return }
        if entries[place].hasRedundancy, sequence != recoveredFrom { statistics.fecPacketsDiscarded += 1 }
        entries[place].sequence = .min
        buffers.clear(at: place)
        if discarding { statistics.packetsDiscarded += 1 }
    }

    /// False for a stray number far from the others; the second in a row is a sender that started anew.
    private mutating func isNear(_ sequence: Int64) -> Bool {
        guard highest != .min, abs(sequence - highest) >= Int64(entries.count) else {
            farAway = 0
            return true
        }
        farAway += 1
        guard farAway >= 2 else { return false }
        restart()
        return true
    }

    private mutating func restart() {
        reset()
        statistics.restarts += 1
    }

    /// Unwraps the timestamp and learns from the arrival. A time base that moved by more than three seconds is a new one.
    private mutating func observe(_ timestamp: UInt32, samples: Int, arrival: Instant) -> Int64 {
        let media = timestamps.unwrap(timestamp)
        let transit = arrival.nanoseconds &- nanoseconds(media)
        if let base = delays.base, abs(transit &- base) > 3_000_000_000 { restart() }
        let kept = timestamps.unwrap(timestamp)
        delays.observe(
            transit: arrival.nanoseconds &- nanoseconds(kept), duration: interval(samples), now: arrival)
        return kept
    }

    /// `samples` as nanoseconds.
    func nanoseconds(_ samples: Int64) -> Int64 {
        let rate = Int64(configuration.clockRate)
        let (seconds, rest) = samples.quotientAndRemainder(dividingBy: rate)
        return seconds &* 1_000_000_000 &+ rest &* 1_000_000_000 / rate
    }

    func interval(_ samples: Int) -> Interval { Interval(nanoseconds: nanoseconds(Int64(samples))) }

    /// Gives up the oldest while more time is held than the longest delay and some slack for bursts.
    private mutating func boundTime() {
        let limit = configuration.maximumDelay + .milliseconds(200)
        guard let newest = entry(highest) else { return }
        while let front, front.sequence < highest,
            Interval(nanoseconds: nanoseconds(newest.timestamp - front.timestamp)) > limit
        {
            pass(front, discarding: true)
        }
    }

    func entry(_ sequence: Int64) -> Entry? {
        guard sequence != .min else { return nil }
        let entry = entries[place(of: sequence)]
        return entry.sequence == sequence ? entry : nil
    }

    /// The earliest packet held.
    var front: Entry? {
        guard buffers.count > 0 else { return nil }
        var sequence = max(last.map { $0 + 1 } ?? .min, highest - Int64(entries.count) + 1)
        while sequence <= highest {
            if let entry = entry(sequence) { return entry }
            sequence += 1
        }
        return nil
    }

    /// Goes on behind `entry` without playing it.
    mutating func pass(_ entry: Entry, discarding: Bool) {
        last = entry.sequence
        expected = entry.timestamp + Int64(entry.samples)
        overdue = 0
        release(place(of: entry.sequence), discarding: discarding)
    }
}
