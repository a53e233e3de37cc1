package import Primitives

/// Which of two buffers is seen, what each holds, and which flip is under way. A value: no kernel, no clock.
package struct FlipState: Equatable, Sendable {
    /// The buffer that is seen, or will be from the next vertical blank on; nil before the first mode was set.
    package private(set) var front: Int?
    /// The serial of the picture that each buffer holds; nil if it holds none.
    private var held: (UInt64?, UInt64?) = (nil, nil)
    private var pending: (token: UInt64, since: Instant)?
    private var flips: UInt64 = 0

    /// A vertical blank that does not come in this time never will: the display is asleep. An unplugged one is seen sooner
    /// at its connector; and setting the mode anew on a machine that is merely overloaded would load it more.
    package static let patience = Interval.seconds(3)

    package init() {}

    /// Nothing is under way, so that the other buffer is free.
    package var isReady: Bool { pending == nil }
    /// The buffer to draw in. It is not seen.
    package var back: Int { front == 0 ? 1 : 0 }
    /// The picture in the buffer to draw in.
    package var heldByBack: UInt64? { back == 0 ? held.0 : held.1 }
    /// What the next flip is known by.
    package var nextToken: UInt64 { flips + 1 }

    /// The buffer to draw in holds the picture `serial`, or after a failure nothing that is known.
    package mutating func drew(_ serial: UInt64?) {
        if back == 0 { held.0 = serial } else { held.1 = serial }
    }

    /// The buffer that was drawn in is seen at once, as after the setting of a mode.
    package mutating func showed() { front = back }

    /// A flip to the buffer that was drawn in has been asked for.
    package mutating func began(at now: Instant) {
        flips += 1
        pending = (flips, now)
        front = back
    }

    /// The kernel tells that the flip `token` is done. One that is not under way means nothing.
    package mutating func finished(_ token: UInt64) {
        if pending?.token == token { pending = nil }
    }

    package func isOverdue(at now: Instant) -> Bool { pending.map { now - $0.since > Self.patience } ?? false }

    package static func == (a: FlipState, b: FlipState) -> Bool {
        a.front == b.front && a.held == b.held && a.flips == b.flips && a.pending?.token == b.pending?.token
    }
}
