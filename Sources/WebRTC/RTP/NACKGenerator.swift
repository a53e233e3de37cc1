public import Primitives

/// Which packets of one stream are missing, and when to ask for them again (RFC 4585 §6.2.1).
///
/// The list is bounded and sorted; a packet is asked for once two later ones have come or a short wait is over, so that
/// mere reordering costs nothing; on a path that is seen to reorder more, only after as long as that takes. Then it is
/// asked for once a round trip, and given up after some tries. What is given up, or a gap
/// larger than the list, is told by `takeGivenUp`: the stream then needs a key frame.
public struct NACKGenerator: Sendable {
    /// Later packets that make a missing one lost rather than reordered.
    public static let reorderTolerance: Int64 = 2
    /// A missing packet is asked for after this even if too few later ones come.
    public static let reorderWait = Interval.milliseconds(10)
    /// On a path that reorders, what is learnt goes up to this.
    public static let longestReorderWait = Interval.milliseconds(60)
    public static let maximumTries: UInt8 = 10

    private struct Missing: Sendable {
        var sequence: Int64
        var noticed: Instant
        var due: Instant
        var tries: UInt8
    }

    /// The round trip to wait for an answer; the caller sets it from the reports.
    public var roundTripTime = Interval.milliseconds(100)
    /// What is missing may still be made from what else comes: it is not asked for before this is over.
    public var repairWait = Interval.zero
    /// After this a request for a packet is repeated, as it may well be lost itself; not if it is zero.
    public var repetition = Interval.zero
    /// Sequence numbers asked for, repetitions included.
    public private(set) var requested: UInt64 = 0
    /// Packets given up.
    public private(set) var abandoned: UInt64 = 0

    private let capacity: Int
    private var missing: [Missing] = []
    /// What is known of packets that come late by themselves: nothing more than usual, or how long they take.
    private var reordering = Interval.zero
    private var highest: Int64?
    private var hasGivenUp = false
    private var farBehind = 0

    public init(capacity: Int = 512) {
        precondition(capacity > 0, "a list of missing packets holds at least one")
        self.capacity = capacity
        missing.reserveCapacity(capacity)
    }

    public var missingCount: Int { missing.count }

    /// Notes that packet `sequence` (unwrapped) came, by itself or as a retransmission.
    /// - Returns: whether it had been missing.
    @discardableResult
    public mutating func received(_ sequence: Int64, isRetransmission: Bool = false, now: Instant) -> Bool {
        guard let last = highest else {
            highest = sequence
            return false
        }
        if sequence <= last {
            // One stray packet from long ago is late; a second one in a row is a sender that started anew.
            farBehind = last - sequence > Int64(4 * capacity) ? farBehind + 1 : 0
            if farBehind >= 2 {
                reset()
                highest = sequence
                return false
            }
            guard let index = index(of: sequence) else { return false }
            let entry = missing.remove(at: index)
            learn(from: entry, isRetransmission: isRetransmission, now: now)
            return true
        }
        highest = sequence
        farBehind = 0
        let gap = sequence - last - 1
        if gap > Int64(capacity - missing.count) {
            abandoned += UInt64(missing.count) + UInt64(gap)
            missing.removeAll(keepingCapacity: true)
            hasGivenUp = true
            return false
        }
        for lost in last + 1..<sequence {
            missing.append(
                Missing(
                    sequence: lost, noticed: now, due: now + max(Self.reorderWait, reordering, repairWait), tries: 0))
        }
        return false
    }

    /// Forgets everything before `sequence`: the receiver went on without it, at a key frame say.
    public mutating func discard(before sequence: Int64) {
        let keep = missing.firstIndex { $0.sequence >= sequence } ?? missing.count
        if keep > 0 { missing.removeSubrange(0..<keep) }
    }

    /// Starts anew, for another SSRC.
    public mutating func reset() {
        missing.removeAll(keepingCapacity: true)
        highest = nil
        hasGivenUp = false
        farBehind = 0
        reordering = .zero
    }

    /// Whether something was given up since the last call.
    public mutating func takeGivenUp() -> Bool {
        defer { hasGivenUp = false }
        return hasGivenUp
    }

    /// When something will be due; `.distantFuture` with nothing missing.
    public var nextDeadline: Instant {
        var earliest = Instant.distantFuture
        for entry in missing where entry.due < earliest { earliest = entry.due }
        return earliest
    }

    /// The next packets to ask for now, which counts as asking. Nil when nothing more is due.
    public mutating func nextPair(now: Instant) -> NACKPair? {
        var pair: NACKPair?
        var first: Int64 = 0
        var index = 0
        while index < missing.count {
            let entry = missing[index]
            if pair != nil, entry.sequence - first > 16 { break }
            guard isDue(entry, now: now) else {
                index += 1
                continue
            }
            if entry.tries >= Self.maximumTries * (repeats ? 2 : 1) {
                missing.remove(at: index)
                abandoned += 1
                hasGivenUp = true
                continue
            }
            missing[index].tries += 1
            missing[index].due = now + pause(after: entry.tries)
            requested += 1
            if pair == nil {
                first = entry.sequence
                pair = NACKPair(packetID: UInt16(truncatingIfNeeded: first), lostMask: 0)
            } else {
                pair?.lostMask |= 1 << UInt16(truncatingIfNeeded: entry.sequence - first - 1)
            }
            index += 1
        }
        return pair
    }

    private func isDue(_ entry: Missing, now: Instant) -> Bool {
        if entry.due <= now { return true }
        guard entry.tries == 0, max(reordering, repairWait) <= Self.reorderWait else { return false }
        return (highest ?? 0) - entry.sequence >= Self.reorderTolerance
    }

    /// Where retransmissions have no stream of their own, one that comes sooner than any answer could is none.
    private mutating func learn(from entry: Missing, isRetransmission: Bool, now: Instant) {
        let late = now - entry.noticed
        if !isRetransmission, entry.tries == 0 || late < roundTripTime * 3 / 4 {
            reordering = min(Self.longestReorderWait, max(reordering, late * 5 / 4))
        } else {
            reordering = reordering - reordering / 32
        }
    }

    private var repeats: Bool { repetition > .zero }

    /// From a try, before which there were `tries`, to the next: one round trip and some slack for its variation, a quarter more
    /// with each. Every second one is a repetition, if there are any.
    private func pause(after tries: UInt8) -> Interval {
        if repeats, tries % 2 == 0 { return repetition }
        let base = max(.milliseconds(10), min(roundTripTime, .milliseconds(500))) + .milliseconds(10)
        return base + base * Int64(repeats ? tries / 2 : tries) / 4
    }

    private func index(of sequence: Int64) -> Int? {
        var low = 0
        var high = missing.count
        while low < high {
            let middle = (low + high) / 2
            if missing[middle].sequence < sequence { low = middle + 1 } else { high = middle }
        }
        return low < missing.count && missing[low].sequence == sequence ? low : nil
    }
}
