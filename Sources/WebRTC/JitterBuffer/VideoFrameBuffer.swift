public import Primitives
public import RTP

/// Puts the VP8 frames of one stream together from their packets, and returns each once, whole and in decoding order.
///
/// A frame is returned as soon as it is complete and decodable; nothing is added to its delay. Behind a gap it waits at
/// most `maximumWait` for retransmissions; then everything up to the next key frame is given up. The caller feeds
/// `insert`, drains `next(now:)` after each packet and at `nextDeadline`, and asks the sender for a key frame while
/// `needsKeyFrame(now:)`.
/// Holds at most `capacity` packets; allocates nothing after `init`. One thread.
public struct VideoFrameBuffer: ~Copyable {
    /// How long an incomplete frame is waited for; a few round trips are of use.
    public var maximumWait = Interval.milliseconds(400)
    /// What lost packets of a higher temporal layer are waited for.
    public var layerWait = Interval.milliseconds(20)
    /// After a start in the middle of a stream: the key frame may just have been overtaken.
    static let startGrace = Interval.milliseconds(20)

    public internal(set) var statistics = VideoFrameBufferStatistics()

    var buffers: SlotArray<PooledBuffer>
    var packets: [VideoPacket]
    let frames: BufferPool
    /// The first packet of the next frame to decode; nil while a key frame is awaited.
    var expected: Int64?
    /// Packets before this are of no more use.
    var floor = Int64.min
    var highest = Int64.min
    var continuity = VideoContinuity()
    /// Held packets that start a key frame.
    var keyFrameStarts = 0
    /// Since when something incomplete has been at the head.
    var blockedSince: Instant?
    /// While awaiting: when asking for a key frame becomes right.
    private var requestFrom = Instant.distantFuture
    /// `next(now:)` has been called since then.
    private var isAsking = false
    /// While blocked: when lost packets of higher temporal layers are not waited for any longer.
    var layerDue = Instant.distantFuture
    /// Set while the frame pool is empty.
    var retryAt = Instant.distantFuture
    private var farBehind = 0

    /// - Parameters:
    ///   - capacity: packets held at most, a power of two; each is a slot of the packet pool.
    ///   - frames: where whole frames go; a frame larger than its slots is dropped.
    public init(capacity: Int = 512, frames: BufferPool) {
        precondition(capacity >= 2 && capacity & (capacity - 1) == 0, "a power of two is needed")
        buffers = SlotArray(capacity: capacity)
        packets = Array(repeating: VideoPacket(), count: capacity)
        self.frames = frames
    }

    public var capacity: Int { packets.count }
    /// Packets held.
    public var count: Int { buffers.count }
    /// Packets before this (unwrapped) are not wanted any more: `NACKGenerator.discard(before:)` takes it.
    public var firstWanted: Int64 { expected ?? floor }

    /// Takes a packet.
    /// - Parameter sequence: its sequence number, unwrapped by the caller, once for this and the NACK list.
    public mutating func insert(
        _ packet: consuming PooledBuffer, header: RTPHeader, sequence: Int64, arrival: Instant
    ) -> InsertResult {
        let entry: VideoPacket
        do { entry = try VideoPacket(packet.bytes, header: header, sequence: sequence, arrival: arrival) } catch {
            statistics.malformedPackets += 1
            return .malformed
        }
        if let refusal = hold(entry) { return refusal }
        if entry.isPadding { return .accepted }  // its number counts, its slot goes back
        buffers.put(packet, at: place(of: sequence))
        if entry.startsFrame && entry.isKeyFrame {
            keyFrameStarts += 1
            if expected == nil { request(from: arrival + maximumWait) }
        } else if expected == nil, requestFrom == .distantFuture {
            request(from: arrival + Self.startGrace)
        }
        return .accepted
    }

    /// Takes note of a packet of forward error correction, whose number is among those of the stream.
    public mutating func insertParity(sequence: Int64, timestamp: UInt32, arrival: Instant) -> InsertResult {
        hold(VideoPacket(parity: sequence, timestamp: timestamp, arrival: arrival)) ?? .accepted
    }

    /// Gives a packet its place; what is wrong with it, or nil.
    private mutating func hold(_ entry: VideoPacket) -> InsertResult? {
        makeRoom(for: entry.sequence, now: entry.arrival)
        guard entry.sequence >= firstWanted else {
            statistics.latePackets += 1
            return .late
        }
        let place = place(of: entry.sequence)
        if packets[place].sequence == entry.sequence {
            statistics.duplicatePackets += 1
            return .duplicate
        }
        release(place)
        highest = max(highest, entry.sequence)
        packets[place] = entry
        return nil
    }

    /// Whether decoding cannot go on without a key frame. Stays true until one starts to arrive; limit what you send.
    public func needsKeyFrame(now: Instant) -> Bool { expected == nil && now >= requestFrom }

    /// When to call `next(now:)` again even if no packet comes. Always later than the last call's `now`.
    public var nextDeadline: Instant {
        if retryAt != .distantFuture { return retryAt }
        guard expected != nil else { return isAsking ? .distantFuture : requestFrom }
        guard let blockedSince else { return .distantFuture }
        return min(blockedSince + maximumWait, layerDue)
    }

    /// Starts anew, for another SSRC; gives all packets back.
    public mutating func reset() {
        for place in packets.indices { release(place) }
        expected = nil
        floor = .min
        highest = .min
        continuity = VideoContinuity()
        blockedSince = nil
        layerDue = .distantFuture
        request(from: .distantFuture)
        retryAt = .distantFuture
        farBehind = 0
    }

    func place(of sequence: Int64) -> Int { Int(truncatingIfNeeded: sequence) & (packets.count - 1) }

    /// The packet, nil if it is not held.
    func held(_ sequence: Int64) -> VideoPacket? {
        let entry = packets[place(of: sequence)]
        return entry.sequence == sequence ? entry : nil
    }

    mutating func release(_ place: Int) {
        let entry = packets[place]
        guard entry.sequence != .min else { return }
        if entry.startsFrame && entry.isKeyFrame { keyFrameStarts -= 1 }
        packets[place].sequence = .min
        buffers.clear(at: place)
    }

    /// Gives up every packet before `sequence`.
    mutating func discard(before sequence: Int64, countingFrames: Bool = true) {
        guard highest != .min else {
            floor = max(floor, sequence)
            return
        }
        var next = max(floor, highest - Int64(capacity) + 1)
        let end = min(sequence, highest + 1)
        while next < end {
            if let entry = held(next) {
                if countingFrames, entry.startsFrame { statistics.framesDropped += 1 }
                release(place(of: next))
            }
            next += 1
        }
        floor = max(floor, sequence)
    }

    /// Moves the window on so that `sequence` has a place, and recognises a sender that started anew.
    private mutating func makeRoom(for sequence: Int64, now: Instant) {
        guard highest != .min else { return }
        if sequence <= highest - Int64(capacity) {
            // One stray packet is late; a second one in a row is a sender that started anew.
            farBehind += 1
            if farBehind >= 2 {
                reset()
                request(from: now)
            }
            return
        }
        farBehind = 0
        if let head = expected, sequence >= head + Int64(capacity) { giveUp(now: now) }
        if expected == nil {
            // Until a key frame starts, only what it might have overtaken is worth keeping.
            let keep = Int64(keyFrameStarts > 0 ? capacity : capacity / 2)
            if sequence - keep + 1 > floor { discard(before: sequence - keep + 1) }
        }
    }

    /// Stops waiting for what is missing: the next frame returned is a key frame.
    mutating func giveUp(now: Instant) {
        if let head = expected { floor = max(floor, head) }
        expected = nil
        blockedSince = nil
        layerDue = .distantFuture
        statistics.gapsGivenUp += 1
        request(from: now)
    }

    private mutating func request(from instant: Instant) {
        requestFrom = instant
        isAsking = false
    }

    /// `next(now:)` runs at `now`.
    mutating func reached(_ now: Instant) {
        if now >= layerDue { layerDue = .distantFuture }
        if expected == nil, now >= requestFrom { isAsking = true }
    }
}
