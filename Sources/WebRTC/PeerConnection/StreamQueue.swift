public import Primitives

/// What a datagram is for, as far as it matters to one that has to wait.
public enum DatagramContent: Sendable, Hashable {
    /// STUN, TURN and DTLS: over streams most of it is not repeated soon.
    case control
    /// Audio, and RTCP.
    case sound
    /// Video, what of it is sent again, and what fills probes.
    case pictures
}

/// Datagrams that wait until a stream takes more bytes, within bounds of number, bytes and age.
///
/// Control goes first, then sound, then pictures, each in order. What is too old to be of use is given up; where there is no
/// room the oldest pictures go, then the oldest sound, and of control the newest, since who asked first waits for the
/// answer. A datagram is taken out whole or given up whole, so that no frame of the stream is ever torn.
///
/// One thread; no input or output; nothing is allocated after `init`.
public struct StreamQueue: ~Copyable {
    /// A picture whose packets wait longer would come too late to be seen in time.
    public static let longestPictureWait = Interval.milliseconds(250)
    /// Sound that waits longer is left out by any jitter buffer, and a report of then says nothing of now.
    public static let longestSoundWait = Interval.seconds(1)
    /// Bytes that wait, in all; half a second of a call's video.
    public static let byteLimit = 131_072

    private var control: Lane
    private var sound: Lane
    private var pictures: Lane

    /// - Parameter slots: of the pool that the datagrams are in, of which about a seventh is held here at the most.
    public init(slots: Int) {
        control = Lane(capacity: max(8, min(64, slots / 32)), longestWait: nil)
        sound = Lane(capacity: max(8, min(64, slots / 32)), longestWait: Self.longestSoundWait)
        pictures = Lane(capacity: max(8, min(160, slots / 12)), longestWait: Self.longestPictureWait)
    }

    public var isEmpty: Bool { control.isEmpty && sound.isEmpty && pictures.isEmpty }
    public var byteCount: Int { control.byteCount + sound.byteCount + pictures.byteCount }

    /// Datagrams given up.
    public func lost(_ content: DatagramContent) -> UInt64 {
        switch content {
        case .control: control.lost
        case .sound: sound.lost
        case .pictures: pictures.lost
        }
    }

    /// Keeps a datagram, for which others may have to be given up, or gives it up itself.
    public mutating func push(_ packet: consuming PooledBuffer, _ content: DatagramContent, at now: Instant) {
        expire(at: now)
        let size = packet.count
        switch content {
        case .control:
            while isFull(for: size), pictures.loseOldest() {}
            while isFull(for: size), sound.loseOldest() {}
            control.push(packet, isRefused: isFull(for: size), at: now)
        case .sound:
            while isFull(for: size), pictures.loseOldest() {}
            while isFull(for: size) || !sound.hasPlace, sound.loseOldest() {}
            sound.push(packet, isRefused: isFull(for: size), at: now)
        case .pictures:
            while isFull(for: size) || !pictures.hasPlace, pictures.loseOldest() {}
            pictures.push(packet, isRefused: isFull(for: size), at: now)
        }
    }

    /// What is to be written next.
    public mutating func pop(at now: Instant) -> PooledBuffer? {
        expire(at: now)
        return control.pop() ?? sound.pop() ?? pictures.pop()
    }

    private func isFull(for size: Int) -> Bool { byteCount + size > Self.byteLimit }

    private mutating func expire(at now: Instant) {
        pictures.expire(at: now)
        sound.expire(at: now)
    }
}

/// Datagrams of one content, in order.
struct Lane: ~Copyable {
    struct Waiting: ~Copyable {
        var packet: PooledBuffer
        let since: Instant
        consuming func takePacket() -> PooledBuffer { packet }
    }

    private var queue: FixedQueue<Waiting>
    /// Nil for ever.
    private let longestWait: Interval?
    private(set) var byteCount = 0
    private(set) var lost: UInt64 = 0

    init(capacity: Int, longestWait: Interval?) {
        queue = FixedQueue(capacity: capacity)
        self.longestWait = longestWait
    }

    var isEmpty: Bool { queue.isEmpty }
    var hasPlace: Bool { queue.free > 0 }

    mutating func push(_ packet: consuming PooledBuffer, isRefused: Bool, at now: Instant) {
        guard !isRefused, hasPlace else {
            lost &+= 1
            return
        }
        byteCount += packet.count
        _ = queue.push(Waiting(packet: packet, since: now))
    }

    mutating func pop() -> PooledBuffer? {
        guard let waiting = queue.pop() else { return nil }
        byteCount -= waiting.packet.count
        return waiting.takePacket()
    }

    /// False if there is nothing to lose.
    mutating func loseOldest() -> Bool {
        guard pop() != nil else { return false }
        lost &+= 1
        return true
    }

    mutating func expire(at now: Instant) {
        guard let longestWait else { return }
        while let since = queue.withFirst({ $0.since }), since + longestWait < now { _ = loseOldest() }
    }
}
