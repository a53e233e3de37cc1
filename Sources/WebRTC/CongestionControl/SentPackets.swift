import Primitives

/// What was sent when, by transport-wide sequence number, until feedback has told what became of it.
///
/// A ring: feedback about a packet that has been overwritten is of no use any more and is ignored.
struct SentPackets: Sendable {
    /// One packet on its way.
    struct Entry: Sendable {
        /// Unwrapped; of an empty place, none that a packet may have.
        var sequence: Int64 = -1
        var sentAt = Instant.zero
        /// Bytes, headers of the RTP packet included.
        var size = 0
        /// Feedback has said that it arrived.
        var hasArrived = false
        /// Feedback has said that it did not; it may still come.
        var isMissing = false
        /// The probe that it belongs to; 0 if none.
        var probe: UInt8 = 0
    }

    /// A power of two: more than a minute's feedback ever speaks of.
    static let capacity = 4096

    private var entries = [Entry](repeating: Entry(), count: Self.capacity)
    private var sent = Int64(0)
    /// The latest that feedback has spoken of as arrived.
    private var reported = Int64(0)

    private func place(_ sequence: Int64) -> Int { Int(truncatingIfNeeded: sequence) & (Self.capacity - 1) }

    /// Notes a packet; numbers follow each other.
    mutating func sent(_ number: UInt16, size: Int, probe: UInt8, at now: Instant) {
        sent = sent == 0 ? Int64(number) + 0x1_0000 : sent + 1
        entries[place(sent)] = Entry(sequence: sent, sentAt: now, size: size, probe: probe)
    }

    /// The place of the packet that `number` means, if it is still remembered.
    func find(_ number: UInt16) -> Int? {
        let sequence = sent + Int64(Int16(truncatingIfNeeded: Int64(number) &- sent))
        let index = place(sequence)
        return entries[index].sequence == sequence ? index : nil
    }

    /// Feedback says that `sequence` arrived.
    /// - Returns: whether nothing was ever said of the one before it: feedbacks are lost too.
    mutating func noteReported(_ sequence: Int64) -> Bool {
        defer { reported = max(reported, sequence) }
        guard reported > 0, sequence > reported + 1 else { return false }
        let before = entries[place(sequence - 1)]
        return before.sequence == sequence - 1 && !before.hasArrived && !before.isMissing
    }

    subscript(index: Int) -> Entry {
        get { entries[index] }
        set { entries[index] = newValue }
    }
}
