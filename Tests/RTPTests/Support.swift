import Glibc
import Primitives
import RTP
import Testing

/// The bytes of hexadecimal text; blanks are ignored.
func hex(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// Mutations per parser: 100 000, times CALLPOINT_FUZZ.
var mutationCount: Int {
    guard let text = getenv("CALLPOINT_FUZZ"), let factor = Int(String(cString: text)) else { return 100_000 }
    return 100_000 * max(1, factor)
}

/// Changes, cuts, repeats and lengthens `bytes` a little.
func mutate(_ bytes: [UInt8], with random: inout RandomSource) -> [UInt8] {
    var result = bytes
    for _ in 0...Int.random(in: 0..<4, using: &random) {
        guard !result.isEmpty else {
            result.append(UInt8.random(in: .min ... .max, using: &random))
            continue
        }
        let at = Int.random(in: 0..<result.count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: result[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: result[at] = UInt8.random(in: .min ... .max, using: &random)
        case 2: result[at] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
        case 3: result.removeSubrange(at...)
        case 4: result.insert(contentsOf: result[at...].prefix(8), at: at)
        default: result += (0..<8).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        }
    }
    return result
}

let packetPool = BufferPool(slotCount: 64, slotSize: 1536)

/// A pooled packet with `bytes`.
func packet(_ bytes: [UInt8], from pool: BufferPool = packetPool) throws -> PooledBuffer {
    var buffer = try pool.take()
    buffer.copy(from: bytes.span.bytes)
    return buffer
}

/// The RTCP that `body` writes.
func compound(limit: Int = 1200, _ body: (inout RTCPWriter) -> Void) throws -> [UInt8] {
    var buffer = try packetPool.take()
    buffer.setCount(limit)
    var writer = RTCPWriter(buffer.mutableBytes)
    body(&writer)
    let count = writer.count
    buffer.setCount(count)
    return buffer.bytes.toArray()
}

func report(_ ssrc: UInt32) -> ReportBlock {
    ReportBlock(
        ssrc: ssrc, fractionLost: 64, cumulativeLost: -2, extendedHighestSequenceNumber: 0x1_0005, jitter: 77,
        lastSenderReport: 0x1234_5678, delaySinceLastSenderReport: 0x1_0000)
}

/// `#expect` for what its macro cannot take apart: values that do not escape, and calls that mutate.
func check(_ condition: Bool, at location: SourceLocation = #_sourceLocation) {
    if !condition { Issue.record("the condition does not hold", sourceLocation: location) }
}
