public import Primitives

/// Lets one request for a key frame through per interval, and remembers one that came too early.
///
/// Used twice: for the requests we send (PLI or FIR) and for those we honour, so that a peer cannot make the encoder
/// produce key frames only.
public struct KeyFrameRequestLimiter: Sendable {
    /// The shortest time between two requests that are let through.
    public var interval: Interval
    /// Requests that were held back.
    public private(set) var suppressed: UInt64 = 0

    private var last: Instant?
    private var isPending = false

    public init(interval: Interval = .milliseconds(500)) { self.interval = interval }

    /// Whether to act on a request at `now`. One that is refused becomes due at `nextDeadline`.
    public mutating func request(now: Instant) -> Bool {
        if let last, now < last + interval {
            suppressed += 1
            isPending = true
            return false
        }
        last = now
        isPending = false
        return true
    }

    /// Whether a request held back is due now, which counts as acting on it.
    public mutating func takeDue(now: Instant) -> Bool {
        guard isPending, let last, now >= last + interval else { return false }
        self.last = now
        isPending = false
        return true
    }

    /// A key frame came (or was made): what is held back is no longer wanted.
    public mutating func satisfied() { isPending = false }

    public var nextDeadline: Instant {
        guard isPending, let last else { return .distantFuture }
        return last + interval
    }
}

/// Tells new FIR commands from repetitions (RFC 5104 §4.3.1.2), for one sender of requests.
public struct FullIntraRequestFilter: Sendable {
    private var last: UInt8?

    public init() {}

    public mutating func isNew(_ sequenceNumber: UInt8) -> Bool {
        defer { last = sequenceNumber }
        return last != sequenceNumber
    }
}
