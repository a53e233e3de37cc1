import Primitives

/// Reads the packets of a compound or reduced-size RTCP datagram (RFC 3550 §6.1, RFC 5506) one after another, without
/// a copy.
///
/// A packet whose counts do not fit its length ends the reading and sets `error`; those before it were whole. Packets of
/// unknown kind are returned as such.
public struct RTCPReader: ~Escapable {
    private var rest: RawSpan
    /// Why reading ended before the end.
    public private(set) var error: RTPError?

    @_lifetime(copy datagram)
    public init(_ datagram: RawSpan) {
        rest = datagram
        if datagram.byteCount == 0 { error = .truncated }
    }

    @_lifetime(copy self)
    @_lifetime(self: copy self)
    public mutating func next() -> RTCPPacket? {
        guard error == nil, rest.byteCount > 0 else { return nil }
        guard let first = rest.byte(at: 0), let type = rest.byte(at: 1), let words = rest.bigEndian(UInt16.self, at: 2),
            let all = rest.slice(4..<max(4, 4 + Int(words) * 4))
        else {
            error = .truncated
            return nil
        }
        guard first >> 6 == 2 else {
            error = .version
            return nil
        }
        let size = 4 + Int(words) * 4
        var body = all
        if first & 0x20 != 0 {
            guard let padding = all.byte(at: all.byteCount - 1), padding > 0, Int(padding) <= all.byteCount else {
                error = .padding
                return nil
            }
            body = all.extracting(droppingLast: Int(padding))
        }
        rest = rest.extracting(droppingFirst: size)
        let kind = Self.kind(type: type, format: first & 0x1F, body: body)
        let count = Int(first & 0x1F)
        guard Self.isWhole(kind, count: count, body: body) else {
            error = .truncated
            return nil
        }
        return RTCPPacket(kind: kind, senderSSRC: body.bigEndian(UInt32.self, at: 0) ?? 0, count: count, body: body)
    }

    private static func kind(type: UInt8, format: UInt8, body: RawSpan) -> RTCPKind {
        switch (type, format) {
        case (200, _): .senderReport
        case (201, _): .receiverReport
        case (202, _): .sourceDescription
        case (203, _): .goodbye
        case (205, 1): .nack
        case (205, 15): .transportFeedback
        case (206, 1): .pictureLossIndication
        case (206, 4): .fullIntraRequest
        case (206, 15) where body.bigEndian(UInt32.self, at: 8) == RTCPPacket.rembIdentifier:
            .receiverEstimatedMaximumBitrate
        default: .unknown(type: type, format: format)
        }
    }

    private static func isWhole(_ kind: RTCPKind, count: Int, body: RawSpan) -> Bool {
        let size = body.byteCount
        switch kind {
        case .senderReport: return size >= 24 + count * ReportBlock.size
        case .receiverReport: return size >= 4 + count * ReportBlock.size
        case .sourceDescription: return count == 0 || size >= 8
        case .goodbye: return size >= count * 4
        case .nack: return size >= 12 && size % 4 == 0
        case .pictureLossIndication: return size >= 8
        case .fullIntraRequest: return size >= 16 && size % 8 == 0
        case .receiverEstimatedMaximumBitrate:
            guard let targets = body.byte(at: 12) else { return false }
            return size >= 16 + Int(targets) * 4
        case .transportFeedback: return size >= 16
        case .unknown: return true
        }
    }
}
