public import Primitives

/// The last packets sent on one stream, before protection, to answer NACKs from.
///
/// Bounds what a peer's NACKs can make us send: a packet is asked for three times at most, not twice within a round trip,
/// and sent twice for the second and third time, or at once where a round trip is long or there is room; in all at most a
/// fifth of what the stream itself sends, beyond one burst of `burst` bytes.
/// Packets of frames that nothing is predicted from are sent again only while they are of use, and never for the half
/// of the credit that is left for the others.
public struct RetransmissionCache: ~Copyable {
    /// What became of a request.
    public enum Decision: Equatable, Sendable {
        /// Send it; already counted against the limits.
        case granted
        /// Not here: never sent, or too long ago.
        case unknown
        /// Answered so recently that the answer may be on its way.
        case tooSoon
        /// Sent three times already.
        case exhausted
        /// The rate limit is reached.
        case limited
        /// Nothing is predicted from it, and the rest of the limit is kept for others.
        case spared
        /// The peer will have gone on without it.
        case tooLate
    }

    public static let maximumRetransmissions: UInt8 = 3
    /// Bytes that may be sent again on credit, so that small and new streams heal too.
    public static let burst = 48 * 1024

    /// How long after it left a packet that nothing depends on is still waited for: what a viewer takes for a pause is a
    /// little longer.
    public static let longestUse = Interval.milliseconds(180)

    /// From here on a second answer comes too late not to be seen: the first goes twice.
    static let longRoundTrip = Interval.milliseconds(150)

    private struct Entry: Sendable {
        var header: RTPHeader?
        var isNonReference = false
        var firstSent = Instant.zero
        var lastSent = Instant.zero
        var retransmissions: UInt8 = 0
        var transportSequenceNumber: UInt16?
    }

    private var packets: SlotArray<PooledBuffer>
    private var entries: [Entry]
    /// In fifths of bytes, so that a fifth of each packet adds up exactly.
    private var credit: Int

    /// Requests that were not granted.
    public private(set) var refused: UInt64 = 0
    public private(set) var retransmittedPackets: UInt64 = 0
    public private(set) var retransmittedBytes: UInt64 = 0

    /// - Parameter capacity: packets kept, a power of two up to 2¹⁵; each holds a slot of the packet pool.
    public init(capacity: Int = 512) {
        precondition(capacity > 0 && capacity <= 1 << 15 && capacity & (capacity - 1) == 0, "a power of two is needed")
        packets = SlotArray(capacity: capacity)
        entries = Array(repeating: Entry(), count: capacity)
        credit = Self.burst * 5
    }

    /// Packets held.
    public var count: Int { packets.count }

    /// Keeps a packet that is about to be sent, in place of the one `capacity` before it.
    /// - Parameter isNonReference: nothing is predicted from its frame.
    public mutating func store(
        _ packet: consuming PooledBuffer, header: RTPHeader, isNonReference: Bool = false, now: Instant
    ) {
        credit = min(Self.burst * 5, credit + packet.count)
        let index = place(of: header.sequenceNumber)
        entries[index] = Entry(header: header, isNonReference: isNonReference, firstSent: now, lastSent: now)
        packets.put(packet, at: index)
    }

    /// The packet leaves only now.
    /// - Parameter transportSequenceNumber: under which feedback will speak of it, if it has one.
    public mutating func departed(_ sequenceNumber: UInt16, transportSequenceNumber: UInt16? = nil, now: Instant) {
        let index = place(of: sequenceNumber)
        guard entries[index].header?.sequenceNumber == sequenceNumber else { return }
        (entries[index].firstSent, entries[index].lastSent) = (now, now)
        entries[index].transportSequenceNumber = transportSequenceNumber
    }

    /// Decides on a request for `sequenceNumber`. Nothing is allocated and the cost is constant.
    public mutating func request(_ sequenceNumber: UInt16, now: Instant, roundTripTime: Interval) -> Decision {
        let decision = decide(sequenceNumber, now: now, roundTripTime: roundTripTime)
        if decision != .granted { refused += 1 }
        return decision
    }

    private mutating func decide(_ sequenceNumber: UInt16, now: Instant, roundTripTime: Interval) -> Decision {
        let index = place(of: sequenceNumber)
        guard entries[index].header?.sequenceNumber == sequenceNumber, packets.isFilled(index) else { return .unknown }
        let entry = entries[index]
        guard entry.retransmissions < Self.maximumRetransmissions else { return .exhausted }
        let pause = max(.milliseconds(5), min(roundTripTime, .milliseconds(500)) * 3 / 4)
        if entry.retransmissions > 0, now - entry.lastSent < pause { return .tooSoon }
        if entry.isNonReference, now - entry.firstSent > Self.longestUse { return .tooLate }
        let size = packets[index].count
        if entry.isNonReference, credit < size * 5 + Self.burst * 5 / 2 { return .spared }
        guard credit >= size * 5 else { return .limited }
        credit -= size * 5
        entries[index].retransmissions += 1
        entries[index].lastSent = now
        retransmittedPackets += 1
        retransmittedBytes += UInt64(size)
        return .granted
    }

    /// Replaces the packet by itself with what is known only since it left; false if it is not here or does not fit.
    @discardableResult
    public mutating func replace(_ sequenceNumber: UInt16, with packet: RawSpan) -> Bool {
        let index = place(of: sequenceNumber)
        guard entries[index].header?.sequenceNumber == sequenceNumber, packets.isFilled(index) else { return false }
        return packets[index].copy(from: packet)
    }

    /// Bytes of the packet; nil if it is not here.
    public func size(of sequenceNumber: UInt16) -> Int? {
        let index = place(of: sequenceNumber)
        guard entries[index].header?.sequenceNumber == sequenceNumber, packets.isFilled(index) else { return nil }
        return packets[index].count
    }

    /// The number under which feedback speaks of the packet as it first left; nil if it had none or is not here.
    public func transportSequenceNumber(of sequenceNumber: UInt16) -> UInt16? {
        let entry = entries[place(of: sequenceNumber)]
        return entry.header?.sequenceNumber == sequenceNumber ? entry.transportSequenceNumber : nil
    }

    /// Packets that can be kept.
    public var capacity: Int { entries.count }

    /// Whether to send the packet twice this time, as the answers before have not arrived or another would take long; already
    /// counted against the limits. Ask once after a request was granted.
    /// - Parameter isSpendable: there is room for it; so it goes twice while half of the limit is left.
    public mutating func takeDouble(
        _ sequenceNumber: UInt16, roundTripTime: Interval, isSpendable: Bool = false
    ) -> Bool {
        let index = place(of: sequenceNumber)
        guard entries[index].header?.sequenceNumber == sequenceNumber,
            entries[index].retransmissions > 1 || roundTripTime > Self.longRoundTrip
                || isSpendable && credit >= Self.burst * 5 / 2,
            !entries[index].isNonReference, packets.isFilled(index), credit >= packets[index].count * 5
        else { return false }
        credit -= packets[index].count * 5
        retransmittedPackets += 1
        retransmittedBytes += UInt64(packets[index].count)
        return true
    }

    /// Writes the packet again as it was into `buffer`; false if it is not here or does not fit.
    public borrowing func copy(_ sequenceNumber: UInt16, into buffer: inout PooledBuffer) -> Bool {
        let index = place(of: sequenceNumber)
        guard entries[index].header?.sequenceNumber == sequenceNumber, packets.isFilled(index) else { return false }
        return packets.withElement(at: index) { buffer.copy(from: $0.bytes) }
    }

    /// Reads the packet; nil if it is not here.
    func withPacket<Result>(_ sequenceNumber: UInt16, _ body: (RawSpan) -> Result) -> Result? {
        let index = place(of: sequenceNumber)
        guard entries[index].header?.sequenceNumber == sequenceNumber, packets.isFilled(index) else { return nil }
        return packets.withElement(at: index) { body($0.bytes) }
    }

    /// Writes the packet as a retransmission (RFC 4588 §4) into `buffer`; false if it is not here or does not fit.
    public borrowing func wrap(
        _ sequenceNumber: UInt16, into buffer: inout PooledBuffer, stream: inout RetransmissionStream
    ) -> Bool {
        let index = place(of: sequenceNumber)
        guard let header = entries[index].header, header.sequenceNumber == sequenceNumber, packets.isFilled(index)
        else { return false }
        return packets.withElement(at: index) { stream.wrap($0.bytes, header: header, into: &buffer) }
    }

    /// Nothing that is kept by now is sent again: a key frame is on its way that makes it useless, and has half a burst of
    /// credit to be repaired from.
    public mutating func abandon() {
        for i in entries.indices { entries[i].retransmissions = Self.maximumRetransmissions }
        credit = max(credit, Self.burst * 5 / 2)
    }

    /// Gives all packets back.
    public mutating func removeAll() {
        packets.removeAll()
        for i in entries.indices { entries[i].header = nil }
    }

    private func place(of sequenceNumber: UInt16) -> Int { Int(sequenceNumber) & (entries.count - 1) }
}
