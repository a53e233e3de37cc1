import Primitives

/// What a source of the peer's carries.
enum SourceRole: Equatable { case audio, video, videoRetransmission }

/// The sources (SSRCs) that the peer sends, at most sixteen: a new one beyond takes the place of one that has been
/// silent for a while, or is refused. Of two that carry the same, the newer one counts.
struct SourceTable {
    static let capacity = 16
    static let silence = Interval.seconds(5)

    struct Source {
        var ssrc: UInt32
        var role: SourceRole
        var lastHeard: Instant
        var hasLeft = false
    }
    private(set) var sources: [Source] = []

    init() { sources.reserveCapacity(Self.capacity) }

    enum Lookup { case known, new, refused }

    /// Notes a packet of `ssrc`, whose payload type says that it carries `role`.
    mutating func note(_ ssrc: UInt32, role: SourceRole, now: Instant) -> Lookup {
        for i in sources.indices where sources[i].ssrc == ssrc {
            guard sources[i].role == role else { return .refused }
            sources[i].lastHeard = now
            sources[i].hasLeft = false
            return .known
        }
        if sources.count == Self.capacity {
            var oldest = 0
            for i in sources.indices where sources[i].lastHeard < sources[oldest].lastHeard { oldest = i }
            guard now - sources[oldest].lastHeard >= Self.silence else { return .refused }
            sources.remove(at: oldest)
        }
        sources.append(Source(ssrc: ssrc, role: role, lastHeard: now))
        return .new
    }

    /// Notes a BYE. Returns whether every source has left now.
    mutating func leave(_ ssrc: UInt32) -> Bool {
        var found = false
        for i in sources.indices where sources[i].ssrc == ssrc {
            found = !sources[i].hasLeft
            sources[i].hasLeft = true
        }
        guard found else { return false }
        for source in sources where !source.hasLeft && source.role != .videoRetransmission { return false }
        return true
    }

    mutating func removeAll() { sources.removeAll(keepingCapacity: true) }
}
