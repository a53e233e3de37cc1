import CongestionControl
import Primitives
import RTP

/// The packets that left since the last FEC packet, and what FEC packets may cost: a share of every byte, spent on the frames
/// that others are predicted from. Of several FEC packets each protects every second, third or so on, so that some in a row may
/// be lost.
struct ProtectionWindow: Sendable {
    /// Older packets are not worth waiting for with an FEC packet.
    private static let span = Interval.milliseconds(80)
    /// What is saved up for a key frame.
    private static let mostCredit = 6_000.0
    static let mostParities = 16

    private var base: UInt16?
    private var mask: UInt64 = 0
    /// Bytes of the longest one.
    private var longest = 0
    private var since = Instant.zero
    private var credit = 0.0
    private var uncounted = 0

    mutating func restart() { (base, mask, longest) = (nil, 0, 0) }

    mutating func add(_ packet: Pacer.Packet, isProtected: Bool) {
        uncounted += packet.size
        guard isProtected else { return }
        if let base, packet.sequenceNumber &- base >= UInt16(ULPFECHeader.maximumSpan) { restart() }
        if base == nil { (base, since) = (packet.sequenceNumber, packet.queuedAt) }
        mask |= ULPFECHeader.bit(Int64(packet.sequenceNumber &- (base ?? packet.sequenceNumber)))
        longest = max(longest, packet.size)
    }

    /// How many FEC packets to send behind the frame that has just been added, which is counted as spent.
    /// - Parameter overhead: bytes for each one of media.
    mutating func take(overhead: Double, header: Int, now: Instant) -> Int {
        credit = min(credit + overhead * Double(uncounted), Self.mostCredit)
        uncounted = 0
        guard mask != 0 else { return 0 }
        let cost = Double(longest + header)
        let count = min(Int(credit / cost), mask.nonzeroBitCount, Self.mostParities)
        if count == 0, now - since > Self.span { restart() }
        credit -= Double(count) * cost
        return count
    }

    /// What FEC packet `index` of `count` protects.
    func share(_ index: Int, of count: Int) -> (base: UInt16, mask: UInt64)? {
        guard let base, count > 0 else { return nil }
        var (left, result, number) = (mask, 0 as UInt64, 0)
        while left != 0 {
            let bit = (1 << 63) >> UInt64(left.leadingZeroBitCount) as UInt64
            if Self.isProtected(number, by: index, of: count) { result |= bit }
            left &= ~bit
            number += 1
        }
        return result == 0 ? nil : (base, result)
    }

    /// Whether packet `number` is in FEC packet `index`. Most are in two, and neighbours never in the same two: packets that are
    /// lost together come back one after the other, beginning with the FEC packet that only one of them is in.
    private static func isProtected(_ number: Int, by index: Int, of count: Int) -> Bool {
        switch count {
        case 1: return true
        case 2: return number % 3 == 0 || number % 3 == index + 1
        default:
            let first = number % count
            return index == first || index == (first + 1 + number / count % (count - 1)) % count
        }
    }

    /// Bytes that an FEC packet has beyond the longest that it protects.
    var size: Int { longest }
}

/// FEC packets that wait to leave, of which the bytes are made only then.
struct ParityTable: Sendable {
    private var places: [ULPFECParity?] = Array(repeating: nil, count: 64)

    mutating func put(_ parity: ULPFECParity) { places[Int(parity.sequenceNumber) & 63] = parity }

    mutating func take(_ sequenceNumber: UInt16) -> ULPFECParity? {
        let index = Int(sequenceNumber) & 63
        guard let parity = places[index], parity.sequenceNumber == sequenceNumber else { return nil }
        places[index] = nil
        return parity
    }
}
