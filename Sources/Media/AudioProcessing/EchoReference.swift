import Devices
public import Primitives

/// One period as it was played.
public struct PlayedPeriod: Sendable {
    public var samples: InlineArray<480, Int16>
    /// When the first of them is heard.
    public var heardAt: Instant
    /// Whether it does not follow the one before it.
    public var isFirst: Bool

    public init(heardAt: Instant, isFirst: Bool = false) {
        samples = InlineArray(repeating: 0)
        (self.heardAt, self.isFirst) = (heardAt, isFirst)
    }
}

/// Keeps what was played and finds what was heard while a period was captured. A value; one thread.
///
/// Both ends run at 48 kHz of the monotonic clock, so where they meet stays where it is; it is moved only when the delays that
/// the devices report have been elsewhere for a while, as each move makes the echo's path a new one.
public struct EchoReference: Sendable {
    /// How often the alignment was moved.
    public private(set) var moves = 0

    /// One second, a ring.
    private var history = [Int16](repeating: 0, count: capacity)
    /// Samples that came in.
    private var written = 0
    /// When sample 0 would have been heard, by the newest period.
    private var origin: Instant?
    /// Sample that was heard when the next captured one was.
    private var reading: Int?
    private var doubts = 0

    private static let capacity = 48_000
    /// The echo comes after the sound, so the reference is given early by what the devices' delays may be wrong by.
    private static let margin = Interval.milliseconds(5)
    /// 4 ms: less is jitter, and within the filter's reach.
    private static let tolerance = 192
    /// Half a second.
    private static let patience = 50

    public init() {}

    /// Takes the next period that was played; without gaps as long as the speaker runs.
    public mutating func insert(_ period: borrowing PlayedPeriod) {
        if period.isFirst { reset() }
        for i in 0..<480 {
            history[(written + i) % Self.capacity] = period.samples[i]
        }
        origin = period.heardAt - Self.time(of: written)
        written += 480
    }

    /// The speaker has been closed, or opened.
    public mutating func reset() {
        for i in history.indices { history[i] = 0 }
        (written, origin, reading, doubts) = (0, nil, nil, 0)
    }

    /// Writes what was heard from `capturedAt` on, for one period; silence where nothing was played.
    @_lifetime(samples: copy samples)
    public mutating func read(_ samples: inout MutableSpan<Int16>, capturedAt: Instant) {
        guard let origin else {
            for i in 0..<samples.count { samples[i] = 0 }
            return
        }
        let wanted = Int((capturedAt + Self.margin - origin).microseconds * 48 / 1_000)
        align(to: wanted)
        let start = reading ?? wanted
        for i in 0..<samples.count {
            let at = start + i
            samples[i] = at >= 0 && at < written && at >= written - Self.capacity ? history[at % Self.capacity] : 0
        }
        reading = start + samples.count
    }

    private mutating func align(to wanted: Int) {
        guard let current = reading else {
            reading = wanted
            return
        }
        doubts = abs(wanted - current) > Self.tolerance ? doubts + 1 : 0
        guard doubts > Self.patience || abs(wanted - current) > 4_800 else { return }
        (reading, doubts) = (wanted, 0)
        moves += 1
    }

    private static func time(of samples: Int) -> Interval { .microseconds(Int64(samples) * 1_000 / 48) }
}
