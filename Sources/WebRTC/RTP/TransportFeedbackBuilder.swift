public import Primitives

/// Collects when packets arrived, by transport-wide sequence number, and writes the feedback about them
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1).
public struct TransportFeedbackBuilder: Sendable {
    /// Packets one feedback speaks of at most, so that it fits a datagram.
    static let maximumStatuses = 384
    /// Packets remembered; a power of two.
    private static let capacity = 2048

    private var unwrapper = SequenceUnwrapper()
    private var arrivals: [Instant]
    private var symbols: [UInt8]
    private var deltas: [Int16]
    /// The first packet not reported yet.
    private var base: Int64 = 0
    /// The packet after the highest received.
    private var end: Int64 = 0
    private var feedbackCount: UInt8 = 0
    private var isStarted = false

    public init() {
        arrivals = Array(repeating: .distantFuture, count: Self.capacity)
        symbols = Array(repeating: 0, count: Self.maximumStatuses)
        deltas = Array(repeating: 0, count: Self.maximumStatuses)
    }

    /// Whether there is something to report.
    public var isPending: Bool { base < end }

    /// Notes the arrival of a packet.
    public mutating func received(_ transportSequenceNumber: UInt16, at arrival: Instant) {
        let sequence = unwrapper.unwrap(transportSequenceNumber)
        if !isStarted || sequence >= end + Int64(Self.capacity) || sequence < end - Int64(Self.capacity) {
            // A start, or a jump beyond what is remembered: what was before has no use.
            isStarted = true
            for i in arrivals.indices { arrivals[i] = .distantFuture }
            base = sequence
            end = sequence
        }
        while end <= sequence {
            arrivals[place(of: end)] = .distantFuture
            end += 1
        }
        base = max(base, end - Int64(Self.capacity))
        guard sequence >= end - Int64(Self.capacity) else { return }
        // A late one is reported too, with those after it once more, which the format allows.
        base = min(base, sequence)
        if arrivals[place(of: sequence)] == .distantFuture { arrivals[place(of: sequence)] = arrival }
    }

    private func place(of sequence: Int64) -> Int { Int(truncatingIfNeeded: sequence) & (Self.capacity - 1) }

    /// Writes one feedback packet; call again while `isPending`.
    /// - Returns: whether something was written: false if nothing is pending or too little room is left.
    @discardableResult
    public mutating func write(to writer: inout RTCPWriter, senderSSRC: UInt32, mediaSSRC: UInt32) -> Bool {
        while base < end, arrivals[place(of: base)] == .distantFuture { base += 1 }
        // A status takes two bytes of delta and, at worst, two sevenths of a chunk.
        let room = (writer.remaining - 28) * 7 / 16
        guard base < end, room >= 1 else { return false }
        let count = collect(min(room, Self.maximumStatuses, Int(end - base)))
        let start = writer.count
        guard writer.feedbackHead(205, format: 15, size: 20, sender: senderSSRC, media: mediaSSRC) else { return false }
        writer.write(UInt16(truncatingIfNeeded: base))
        writer.write(UInt16(truncatingIfNeeded: count))
        let reference = UInt32(truncatingIfNeeded: referenceTime(arrivals[place(of: base)]))
        writer.write(reference << 8 | UInt32(feedbackCount))
        writeChunks(count, to: &writer)
        for i in 0..<count {
            if symbols[i] == 1 { writer.write(UInt8(truncatingIfNeeded: deltas[i])) }
            if symbols[i] == 2 { writer.write(deltas[i]) }
        }
        let padding = (4 - (writer.count - start) % 4) % 4
        if padding > 0 {
            writer.patch(UInt8(0x80 | 0x20 | 15), at: start)
            for i in 1...padding { writer.write(UInt8(i == padding ? padding : 0)) }
        }
        writer.patch(UInt16(truncatingIfNeeded: (writer.count - start) / 4 - 1), at: start + 2)
        base += Int64(count)
        feedbackCount &+= 1
        return true
    }

    /// In 64 ms.
    private func referenceTime(_ arrival: Instant) -> Int64 { arrival.nanoseconds / 64_000_000 }

    /// Fills `symbols` and `deltas` for up to `limit` packets from `base`; returns how many: it ends before a delta that
    /// 16 bits cannot hold, and after the last received packet.
    private mutating func collect(_ limit: Int) -> Int {
        var previous = referenceTime(arrivals[place(of: base)]) * 256  // in 250 µs
        var count = 0
        for i in 0..<limit {
            let arrival = arrivals[place(of: base + Int64(i))]
            guard arrival != .distantFuture else {
                symbols[i] = 0
                continue
            }
            let ticks = arrival.nanoseconds / 250_000
            guard let delta = Int16(exactly: ticks - previous) else { break }
            symbols[i] = (0...255).contains(delta) ? 1 : 2
            deltas[i] = delta
            previous = ticks
            count = i + 1
        }
        return count
    }

    private func writeChunks(_ count: Int, to writer: inout RTCPWriter) {
        var i = 0
        while i < count {
            var run = 1
            while i + run < count, symbols[i + run] == symbols[i] { run += 1 }
            if run >= 14 || i + run == count && run >= 7 {
                writer.write(UInt16(symbols[i]) << 13 | UInt16(truncatingIfNeeded: run))
                i += run
                continue
            }
            let width = min(14, count - i)
            var oneBit = true
            for k in 0..<width where symbols[i + k] == 2 { oneBit = false }
            if oneBit {
                var chunk: UInt16 = 0x8000
                for k in 0..<width { chunk |= UInt16(symbols[i + k]) << UInt16(13 - k) }
                writer.write(chunk)
                i += width
            } else {
                var chunk: UInt16 = 0xC000
                for k in 0..<min(7, width) { chunk |= UInt16(symbols[i + k]) << UInt16(12 - 2 * k) }
                writer.write(chunk)
                i += min(7, width)
            }
        }
    }
}
