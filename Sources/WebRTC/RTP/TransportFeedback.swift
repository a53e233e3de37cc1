public import Primitives

/// Reads a transport-wide feedback: one status for each packet from `baseSequenceNumber` on.
///
/// `next` returns nil at the end; `error` then tells whether that was the true end. Symbols of the reserved value count as
/// not received.
public struct TransportFeedback: ~Escapable {
    /// Statuses we read at most: more than any sender has in flight, few enough that a small packet that announces
    /// a lot costs little.
    public static let maximumStatuses = 8192

    /// What became of one packet.
    public struct Status: Equatable, Sendable {
        public var sequenceNumber: UInt16
        /// On the receiver's clock, whose start is unknown; nil if the packet has not come.
        public var arrival: Interval?
    }

    public let baseSequenceNumber: UInt16
    public let statusCount: Int
    /// Counts feedbacks, to notice lost ones.
    public let feedbackCount: UInt8
    public private(set) var error: RTPError?

    private var chunks: ByteReader
    private var deltas: ByteReader
    private var index = 0
    private var chunk: UInt16 = 0
    private var chunkLeft = 0
    /// In 250 µs.
    private var time: Int64

    @_lifetime(copy body)
    init(body: RawSpan) throws(RTPError) {
        var reader = ByteReader(body)
        guard reader.skip(8), let base = reader.readUInt16(), let count = reader.readUInt16(),
            let last = reader.readUInt32()
        else { throw .truncated }
        guard Int(count) <= Self.maximumStatuses else { throw .invalid }
        baseSequenceNumber = base
        statusCount = Int(count)
        feedbackCount = UInt8(truncatingIfNeeded: last)
        time = Int64(Int32(bitPattern: last) >> 8) * 256
        chunks = ByteReader(reader.unread)
        // Where the deltas start is known only after all chunks.
        var covered = 0
        while covered < Int(count) {
            guard let chunk = reader.readUInt16() else { throw .truncated }
            covered += Self.length(of: chunk)
        }
        deltas = ByteReader(reader.unread)
    }

    private static func length(of chunk: UInt16) -> Int {
        // An empty run must not be read for ever; it covers nothing and its two bytes bound the loop.
        chunk & 0x8000 == 0 ? Int(chunk & 0x1FFF) : chunk & 0x4000 == 0 ? 14 : 7
    }

    private var symbol: UInt16 {
        if chunk & 0x8000 == 0 { return chunk >> 13 & 3 }
        if chunk & 0x4000 == 0 { return chunk >> UInt16(chunkLeft - 1) & 1 }
        return chunk >> UInt16(2 * (chunkLeft - 1)) & 3
    }

    @_lifetime(self: copy self)
    public mutating func next() -> Status? {
        guard error == nil, index < statusCount else { return nil }
        while chunkLeft == 0 {
            guard let following = chunks.readUInt16() else {
                error = .truncated
                return nil
            }
            chunk = following
            chunkLeft = Self.length(of: following)
        }
        let symbol = symbol
        chunkLeft -= 1
        let number = baseSequenceNumber &+ UInt16(truncatingIfNeeded: index)
        index += 1
        switch symbol {
        case 1:
            guard let delta = deltas.readUInt8() else { break }
            return status(number, Int64(delta))
        case 2:
            guard let delta = deltas.readUInt16() else { break }
            return status(number, Int64(Int16(bitPattern: delta)))
        default:
            return Status(sequenceNumber: number, arrival: nil)
        }
        error = .truncated
        return nil
    }

    @_lifetime(self: copy self)
    private mutating func status(_ number: UInt16, _ delta: Int64) -> Status {
        time += delta
        return Status(sequenceNumber: number, arrival: .microseconds(time * 250))
    }
}

extension RTCPPacket {
    /// The statuses of a transport-wide feedback; nil for another kind or where its chunks are cut short.
    @_lifetime(copy self)
    public func transportFeedback() -> TransportFeedback? {
        guard kind == .transportFeedback else { return nil }
        return try? TransportFeedback(body: body)
    }
}
