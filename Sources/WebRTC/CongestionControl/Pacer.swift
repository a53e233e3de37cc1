public import Primitives

/// When packets of video may leave, so that a frame does not fall upon the path all at once.
///
/// Sound is never held: tell of it by `sentUnpaced`, so that video makes room. Then come retransmissions, new video,
/// and what only a probe of the path asks for. What waits leaves at `multiplier` times `bitrate`, or faster if it
/// would otherwise wait longer than `longestDelay`; while a probe goes on, at the probe's rate.
///
/// It holds numbers and sizes, the owner holds the bytes. Drain `next(now:)` until nil, again at `nextDeadline`. Nothing
/// is allocated after `init`; one thread.
public struct Pacer: Sendable {
    /// A packet that waits.
    public struct Packet: Equatable, Sendable {
        public var sequenceNumber: UInt16
        /// Bytes on the wire.
        public var size: Int
        public var queuedAt: Instant

        public init(sequenceNumber: UInt16, size: Int, queuedAt: Instant) {
            (self.sequenceNumber, self.size, self.queuedAt) = (sequenceNumber, size, queuedAt)
        }
    }

    /// What is to leave now.
    public enum Departure: Equatable, Sendable {
        case retransmission(Packet)
        case video(Packet)
        /// Anything of about this size, for a probe that video does not fill.
        case padding(Int)
    }

    /// A frame at the target leaves in two fifths of its time: close together, but not all at once.
    public static let multiplier = 2.5
    /// The first frame leaves as fast as this: somebody waits for it, and how far apart it arrives tells what the path carries.
    static let firstBitrate = 12_000_000
    public static let longestDelay = Interval.milliseconds(250)
    /// What may leave at once after a pause: what a timer's grain of a millisecond would hold up.
    static let burst = Interval.milliseconds(4)
    /// A probe's packets leave evenly: two at once would arrive drawn out on any path.
    static let probeBurst = Interval.milliseconds(1)
    static let paddingSize = 1_000

    /// Bits per second that may be sent in all.
    public var bitrate: Int
    /// A queue on the way is to be emptied: nothing leaves faster than `bitrate`.
    public var isHeldBack = false
    /// The probe that goes on, if any.
    public private(set) var probe: Probe?

    private var retransmissions: PacketQueue
    private var video: PacketQueue
    /// When the path has taken what was given to it, at the rate of the pacer.
    private var isFreeAt = Instant(nanoseconds: .min / 2)
    private var retriesAt = Instant(nanoseconds: .min / 2)
    /// The first frame has not left yet.
    private var isFirst = true

    /// - Parameter capacity: packets of new video held at the most; a quarter as many retransmissions beside them.
    /// - Precondition: `bitrate > 0`, `capacity > 3`.
    public init(bitrate: Int, capacity: Int) {
        precondition(bitrate > 0 && capacity > 3, "there is something to send and room for it")
        self.bitrate = bitrate
        video = PacketQueue(capacity: capacity)
        retransmissions = PacketQueue(capacity: capacity / 4)
    }

    /// Packets of new video that still fit.
    public var freeVideo: Int { video.free }
    /// Packets of new video that wait.
    public var videoCount: Int { video.count }
    /// Bytes of new video that wait.
    public var videoBytes: Int { video.bytes }
    public var isEmpty: Bool { video.count == 0 && retransmissions.count == 0 }

    /// How long new video that came now would wait at the target: above `longestDelay` the encoder had better leave a
    /// picture out.
    public var backlog: Interval {
        .nanoseconds(Int64(Double((video.bytes + retransmissions.bytes) * 8) / Double(max(1, bitrate)) * 1e9))
    }

    /// Bytes that wait to be sent again.
    public var retransmissionBytes: Int { retransmissions.bytes }

    /// What waited to be sent again is of no use any more.
    public mutating func removeRetransmissions() { retransmissions.removeAll() }

    /// False if there is no room for it.
    public mutating func queueVideo(_ packet: Packet) -> Bool { video.push(packet) }
    /// False if there is no room for it.
    public mutating func queueRetransmission(_ packet: Packet) -> Bool { retransmissions.push(packet) }

    /// Something has left that is not held back. It is no part of a probe.
    public mutating func sentUnpaced(size: Int, now: Instant) { take(size, now: now) }

    /// Begins a probe; one that goes on is given up.
    public mutating func begin(_ probe: Probe, now: Instant) {
        self.probe = probe
        isFreeAt = now
    }

    /// There was no memory for the packet that was due: nothing leaves before `instant`.
    public mutating func hold(until instant: Instant) { retriesAt = instant }

    /// Whether `next` has something now.
    public func hasDeparture(now: Instant) -> Bool { nextDeadline <= now }

    /// What leaves now; nil if nothing may.
    public mutating func next(now: Instant) -> Departure? {
        guard hasDeparture(now: now) else { return nil }
        if let packet = retransmissions.pop() {
            takeOfProbe(packet.size, now: now)
            return .retransmission(packet)
        }
        if let packet = video.pop() {
            takeOfProbe(packet.size, now: now)
            if video.count == 0 { isFirst = false }
            return .video(packet)
        }
        guard probe != nil else { return nil }
        takeOfProbe(Self.paddingSize, now: now)
        return .padding(Self.paddingSize)
    }

    /// When `next` has something; `.distantFuture` with nothing to send.
    public var nextDeadline: Instant {
        if isEmpty, probe == nil { return .distantFuture }
        return max(isFreeAt, retriesAt)
    }

    /// What was due could not be made, so that a probe need not wait for it.
    public mutating func endProbe() { probe = nil }

    public mutating func removeAll() {
        video.removeAll()
        retransmissions.removeAll()
        probe = nil
    }

    private mutating func take(_ size: Int, now: Instant) {
        let time = Interval.nanoseconds(Int64(Double(size * 8) / rate * 1e9))
        isFreeAt = max(isFreeAt, now - (probe == nil ? Self.burst : Self.probeBurst)) + time
    }

    private mutating func takeOfProbe(_ size: Int, now: Instant) {
        take(size, now: now)
        probe?.count(size)
        if let probe, probe.isDone { self.probe = nil }
    }

    private var rate: Double {
        if let probe { return Double(probe.bitrate) }
        if isFirst, video.count > 0 { return Double(Self.firstBitrate) }
        if isHeldBack { return Double(max(1, bitrate)) }
        let draining = Double((video.bytes + retransmissions.bytes) * 8) / Self.longestDelay.seconds
        return max(Self.multiplier * Double(max(1, bitrate)), draining)
    }
}
