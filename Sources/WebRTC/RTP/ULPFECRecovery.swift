public import Primitives

/// Makes lost packets of one stream again from FEC packets (RFC 5109 §9), each of which replaces one of those it protects.
///
/// Keeps a copy of the last packets, for a frame's are given on as soon as it is whole and its FEC packet comes after it. The
/// send time and the transport-wide number are cleared in the copies: browsers compute parity before these are known. For
/// senders that do otherwise only these come out wrong, which nobody reads of a packet that was made again.
///
/// All memory is taken in `init`. What comes from outside is bounded: FEC packets that wait, and the packets each names.
public struct ULPFECRecovery: ~Copyable {
    /// Packets, and FEC packets, that are kept.
    public static let capacity = 128
    static let parityCapacity = 32

    private struct Parity {
        var sequence = Int64.min
        var base: Int64 = 0
        var header = ULPFECHeader(base: 0, mask: 0)
        /// Of those it protects, the ones that are not here.
        var missing: UInt64 = 0
    }

    /// FEC packets that were of no use: nothing was missing, or too much, or it was not wanted any more.
    public private(set) var discarded: UInt64 = 0
    /// Packets made again.
    public private(set) var repaired: UInt64 = 0

    private let pool: BufferPool
    private var packets: SlotArray<PooledBuffer>
    private var sequences: [Int64]
    private var parities: [Parity]
    private var parityPackets: SlotArray<PooledBuffer>
    private var nextParity = 0
    private var highest = Int64.min

    /// - Parameter slotSize: bytes of the longest packet.
    public init(slotSize: Int = 1536) {
        pool = BufferPool(slotCount: Self.capacity + Self.parityCapacity, slotSize: slotSize)
        packets = SlotArray(capacity: Self.capacity)
        parityPackets = SlotArray(capacity: Self.parityCapacity)
        sequences = Array(repeating: .min, count: Self.capacity)
        parities = Array(repeating: Parity(), count: Self.parityCapacity)
        for index in 0..<Self.capacity { if let slot = pool.takeIfFree() { packets.put(slot, at: index) } }
        for index in 0..<Self.parityCapacity { if let slot = pool.takeIfFree() { parityPackets.put(slot, at: index) } }
    }

    /// Starts anew, for another SSRC.
    public mutating func reset() {
        for index in sequences.indices { sequences[index] = .min }
        for index in parities.indices { parities[index].sequence = .min }
        highest = .min
    }

    /// Takes note of a packet that came, in RED or by itself, or was made again here; never of a retransmission.
    /// - Parameters:
    ///   - header: without RED.
    ///   - extensions: those that are to be cleared.
    public mutating func insert(
        _ packet: RawSpan, header: RTPHeader, sequence: Int64, extensions: HeaderExtensionMap
    ) {
        // A sender that started anew.
        if highest != .min, sequence < highest - Int64(4 * Self.capacity) { reset() }
        let index = Int(truncatingIfNeeded: sequence) & (Self.capacity - 1)
        let end = header.extensionRange.upperBound
        guard sequences[index] < sequence, let head = packet.slice(0..<end),
            let body = packet.slice(min(header.headerSize, packet.byteCount)..<packet.byteCount),
            packets.isFilled(index)
        else { return }
        sequences[index] = .min
        guard packets[index].copy(from: head), packets[index].append(body),
            packets[index].rewrite(header, clearing: extensions)
        else { return }
        sequences[index] = sequence
        highest = max(highest, sequence)
        for index in parities.indices where parities[index].sequence != .min {
            parities[index].missing &= ~ULPFECHeader.bit(sequence &- parities[index].base)
            if parities[index].missing == 0 { discard(index) }
        }
    }

    /// Takes an FEC packet's payload.
    /// - Parameter sequence: its own number, which it has among those of the stream.
    public mutating func insert(parity payload: RawSpan, sequence: Int64) throws(RTPError) {
        let header = try ULPFECHeader(parsing: payload)
        for parity in parities where parity.sequence == sequence { return }
        // The nearest number of these sixteen bits: it protects what was just sent.
        let base = sequence &+ Int64(Int16(truncatingIfNeeded: Int64(header.base) &- sequence))
        var missing = header.mask
        for place in 0..<Int64(ULPFECHeader.maximumSpan) where header.mask & ULPFECHeader.bit(place) != 0 {
            if holds(base &+ place) { missing &= ~ULPFECHeader.bit(place) }
        }
        guard missing != 0, base &+ Int64(ULPFECHeader.maximumSpan) > max(highest, sequence) - Int64(Self.capacity)
        else {
            discarded &+= 1
            return
        }
        let index = nextParity
        nextParity = (nextParity + 1) % Self.parityCapacity
        if parities[index].sequence != .min { discard(index) }
        guard parityPackets.isFilled(index), parityPackets[index].copy(from: payload) else { throw .tooLong }
        parities[index] = Parity(sequence: sequence, base: base, header: header, missing: missing)
    }

    /// A packet can be made again now, or an FEC packet given up: call `recover` until this is false.
    public var hasCandidate: Bool {
        for parity in parities where parity.sequence != .min && parity.missing.nonzeroBitCount == 1 { return true }
        return false
    }

    /// Makes one lost packet again. It does not count as come: give it to `insert` with the others.
    ///
    /// - Parameters:
    ///   - payloadType: of the media; another one is none of the stream's packets.
    ///   - first: packets before this (unwrapped) are not wanted.
    /// - Returns: its header, as `buffer` holds it, and its number, unwrapped; nil if there was none after all.
    public mutating func recover(
        into buffer: inout PooledBuffer, ssrc: UInt32, payloadType: UInt8, notBefore first: Int64
    ) -> (header: RTPHeader, sequence: Int64)? {
        guard
            let index = parities.firstIndex(where: { $0.sequence != .min && $0.missing.nonzeroBitCount == 1 })
        else { return nil }
        let parity = parities[index]
        let lost = parity.base &+ Int64(parity.missing.leadingZeroBitCount)
        guard lost >= first, rebuild(parity, at: index, lost: lost, ssrc: ssrc, into: &buffer),
            let header = try? RTPHeader(parsing: buffer.bytes), header.payloadType == payloadType
        else {
            discard(index)
            return nil
        }
        parities[index].sequence = .min
        repaired &+= 1
        return (header, lost)
    }

    private func rebuild(
        _ parity: Parity, at index: Int, lost: Int64, ssrc: UInt32, into buffer: inout PooledBuffer
    ) -> Bool {
        var header = parity.header
        let fixed = ULPFECHeader.fixedHeader
        let protected = Int(header.protectionLength)
        guard fixed + protected <= buffer.capacity else { return false }
        buffer.setCount(fixed + protected)
        let isCopied = parityPackets.withElement(at: index) { packet in
            guard let bytes = packet.bytes.slice(header.offset..<header.offset + protected) else { return false }
            buffer.setCount(fixed)
            return buffer.append(bytes)
        }
        guard isCopied else { return false }
        for place in 0..<Int64(ULPFECHeader.maximumSpan) where header.mask & ULPFECHeader.bit(place) != 0 {
            let sequence = parity.base &+ place
            if sequence == lost { continue }
            guard holds(sequence) else { return false }
            let slot = Int(truncatingIfNeeded: sequence) & (Self.capacity - 1)
            packets.withElement(at: slot) { packet in
                header.combine(packet.bytes)
                if let rest = packet.bytes.slice(fixed..<min(packet.count, fixed + protected)) {
                    buffer.exclusiveOr(rest, at: fixed)
                }
            }
        }
        // What is longer than what was protected cannot be made whole.
        guard Int(header.length) <= protected else { return false }
        buffer.setCount(fixed + Int(header.length))
        var bytes = buffer.mutableBytes
        return bytes.setBigEndian(0x80 | header.flags, at: 0) && bytes.setBigEndian(header.markerAndPayloadType, at: 1)
            && bytes.setBigEndian(UInt16(truncatingIfNeeded: lost), at: 2)
            && bytes.setBigEndian(header.timestamp, at: 4) && bytes.setBigEndian(ssrc, at: 8)
    }

    private func holds(_ sequence: Int64) -> Bool {
        sequences[Int(truncatingIfNeeded: sequence) & (Self.capacity - 1)] == sequence
    }

    private mutating func discard(_ index: Int) {
        parities[index].sequence = .min
        discarded &+= 1
    }
}

extension PooledBuffer {
    /// Gives a copied packet the payload type that it has without RED, and clears what its sender fills in last.
    fileprivate mutating func rewrite(_ header: RTPHeader, clearing extensions: HeaderExtensionMap) -> Bool {
        guard count >= ULPFECHeader.fixedHeader else { return false }
        let transport = header.extensionElement(extensions.transportSequenceNumber, in: bytes)
        let sendTime = header.extensionElement(extensions.absoluteSendTime, in: bytes)
        var bytes = mutableBytes
        for place in transport ?? 0..<0 { bytes.setBigEndian(0 as UInt8, at: place) }
        for place in sendTime ?? 0..<0 { bytes.setBigEndian(0 as UInt8, at: place) }
        return bytes.setBigEndian((header.marker ? 0x80 : 0) | (header.payloadType & 0x7F), at: 1)
    }
}
