public import Primitives

/// How messages follow each other in a stream of bytes.
public enum StreamFraming: Sendable {
    /// STUN messages by their own length and ChannelData padded to four bytes (RFC 8656 §12.5, RFC 8489 §6.2.2).
    case turn
    /// Each behind its length in two bytes (RFC 4571), as ICE does over TCP.
    case lengthPrefixed
}

/// Cuts a stream into messages, each in a slot of the packet pool; what it keeps is one slot at the most.
public struct StreamDeframer: ~Copyable, Sendable {
    public enum Result: ~Copyable, Sendable {
        /// All bytes are consumed; the message they belong to goes on.
        case needsMore
        case message(PooledBuffer)
        /// These are no messages of the kind, and never will be: close the stream.
        case broken
    }

    /// Messages longer than a slot, or for which no slot was free: read and thrown away.
    public private(set) var dropped: UInt64 = 0

    private let framing: StreamFraming
    private let packets: BufferPool
    private var header = InlineArray<4, UInt8>(repeating: 0)
    private var headerCount = 0
    private var buffer: PooledBuffer?
    /// Bytes that still belong to the message, of which the last `padding` are not handed on.
    private var missing = 0
    private var padding = 0
    private var isBroken = false

    public init(_ framing: StreamFraming, packets: BufferPool) { (self.framing, self.packets) = (framing, packets) }

    /// Goes on reading `bytes` at `offset`, which moves on. Call until all are consumed.
    public mutating func next(_ bytes: RawSpan, at offset: inout Int) -> Result {
        while !isBroken {
            if missing == 0, headerCount < headerSize {
                guard let byte = bytes.byte(at: offset) else { return .needsMore }
                offset += 1
                header[headerCount] = byte
                headerCount += 1
                if headerCount == headerSize { begin() }
                continue
            }
            if missing > 0 {
                let count = min(missing, bytes.byteCount - offset)
                guard count > 0, let part = bytes.slice(offset..<offset + count) else { return .needsMore }
                append(part)
                offset += count
                missing -= count
            }
            guard missing == 0 else { continue }
            headerCount = 0
            if let message = finish() { return .message(message) }
        }
        return .broken
    }

    private var headerSize: Int { framing == .turn ? 4 : 2 }

    /// The header is whole: how much follows.
    private mutating func begin() {
        let first = Int(header[0]) << 8 | Int(header[1])
        let second = Int(header[2]) << 8 | Int(header[3])
        padding = 0
        switch framing {
        case .lengthPrefixed: missing = first
        case .turn where first < 0x4000:
            missing = 16 + second
            if second % 4 != 0 { isBroken = true }
        case .turn where first < 0x5000:
            padding = 3 & (0 &- second)
            missing = second + padding
        case .turn: isBroken = true
        }
        guard !isBroken else { return }
        let kept = framing == .turn ? 4 : 0
        guard kept + missing <= packets.slotSize, missing > 0, var slot = try? packets.take() else {
            dropped += missing > 0 ? 1 : 0
            return
        }
        slot.setCount(kept)
        if kept > 0 {
            var start = slot.mutableBytes
            for i in 0..<kept { start.setBigEndian(header[i], at: i) }
        }
        buffer = consume slot
    }

    private mutating func append(_ part: RawSpan) { buffer?.append(part) }

    private mutating func finish() -> PooledBuffer? {
        guard var message = buffer.take() else { return nil }
        message.setCount(max(0, message.count - padding))
        return message
    }
}
