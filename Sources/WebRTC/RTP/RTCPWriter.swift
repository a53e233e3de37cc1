import Primitives

/// Writes RTCP packets one after another into one datagram.
///
/// A packet that does not fit is left out whole: the call returns false and what was written before stays good.
/// Follow with `buffer.setCount(writer.count)`.
public struct RTCPWriter: ~Copyable, ~Escapable {
    private var writer: ByteWriter

    /// - Parameter memory: leave room for SRTCP's trailer: give `limit` bytes of the slot, not all.
    @_lifetime(copy memory)
    public init(_ memory: consuming MutableRawSpan) { writer = ByteWriter(memory) }

    /// Bytes written so far.
    public var count: Int { writer.count }
    public var remaining: Int { writer.remaining }

    @_lifetime(self: copy self)
    mutating func head(_ type: UInt8, count: Int, size: Int) -> Bool {
        guard writer.remaining >= size else { return false }
        writer.write(UInt8(0x80 | (count & 0x1F)))
        writer.write(type)
        writer.write(UInt16(truncatingIfNeeded: size / 4 - 1))
        return true
    }

    @_lifetime(self: copy self)
    mutating func write<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) { writer.write(value) }

    /// Writes `value` over what was written at `offset`, for lengths known only afterwards.
    @_lifetime(self: copy self)
    mutating func patch<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, at offset: Int) {
        writer.patch(value, at: offset)
    }

    /// - Parameter blockCount: report blocks that follow by `reportBlock`, exactly as many, at most 31.
    @discardableResult
    @_lifetime(self: copy self)
    public mutating func senderReport(ssrc: UInt32, _ information: SenderInformation, blockCount: Int = 0) -> Bool {
        guard (0...31).contains(blockCount) else { return false }
        let size = 28 + blockCount * ReportBlock.size
        guard head(200, count: blockCount, size: size) else { return false }
        write(ssrc)
        write(information.ntp.value)
        write(information.rtpTimestamp)
        write(information.packetCount)
        write(information.octetCount)
        return true
    }

    /// - Parameter blockCount: report blocks that follow by `reportBlock`, exactly as many, at most 31.
    @discardableResult
    @_lifetime(self: copy self)
    public mutating func receiverReport(ssrc: UInt32, blockCount: Int = 0) -> Bool {
        guard (0...31).contains(blockCount) else { return false }
        guard head(201, count: blockCount, size: 8 + blockCount * ReportBlock.size) else { return false }
        write(ssrc)
        return true
    }

    /// A block announced by the report before it, whose room is already kept.
    @_lifetime(self: copy self)
    public mutating func reportBlock(_ block: ReportBlock) {
        write(block.ssrc)
        write(UInt32(block.fractionLost) << 24 | UInt32(bitPattern: block.cumulativeLost) & 0xFF_FFFF)
        write(block.extendedHighestSequenceNumber)
        write(block.jitter)
        write(block.lastSenderReport)
        write(block.delaySinceLastSenderReport)
    }

    /// One chunk with a CNAME, of at most 255 bytes of UTF-8.
    @discardableResult
    @_lifetime(self: copy self)
    public mutating func sourceDescription(ssrc: UInt32, canonicalName: [UInt8]) -> Bool {
        let item = 2 + min(255, canonicalName.count)
        let size = 8 + (item + 4) & ~3  // at least one null octet ends the list
        guard head(202, count: 1, size: size) else { return false }
        write(ssrc)
        write(UInt8(1))
        write(UInt8(truncatingIfNeeded: item - 2))
        for i in 0..<item - 2 { write(canonicalName[i]) }
        writer.pad(size - 8 - item)
        return true
    }

    @discardableResult
    @_lifetime(self: copy self)
    public mutating func goodbye(ssrc: UInt32) -> Bool {
        guard head(203, count: 1, size: 8) else { return false }
        write(ssrc)
        return true
    }
}
