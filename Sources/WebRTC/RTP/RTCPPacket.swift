import Primitives

/// What an RTCP packet is, by its type and, for feedback, its format.
public enum RTCPKind: Equatable, Sendable {
    case senderReport, receiverReport, sourceDescription, goodbye
    /// RFC 4585 §6.2.1.
    case nack
    /// RFC 4585 §6.3.1.
    case pictureLossIndication
    /// RFC 5104 §4.3.1.
    case fullIntraRequest
    /// draft-alvestrand-rmcat-remb.
    case receiverEstimatedMaximumBitrate
    /// draft-holmer-rmcat-transport-wide-cc-extensions.
    case transportFeedback
    /// Something we do not speak; skipped.
    case unknown(type: UInt8, format: UInt8)
}

/// Statistics about one source as seen by a receiver (RFC 3550 §6.4.1).
public struct ReportBlock: Equatable, Sendable {
    public var ssrc: UInt32
    /// In 1/256 since the report before.
    public var fractionLost: UInt8
    /// Signed 24 bits.
    public var cumulativeLost: Int32
    public var extendedHighestSequenceNumber: UInt32
    /// In timestamp units.
    public var jitter: UInt32
    /// The middle 32 bits of the last sender report's NTP time; 0 if none came.
    public var lastSenderReport: UInt32
    /// Since then, in 1/65536 s.
    public var delaySinceLastSenderReport: UInt32

    public static let size = 24

    public init(
        ssrc: UInt32, fractionLost: UInt8, cumulativeLost: Int32, extendedHighestSequenceNumber: UInt32, jitter: UInt32,
        lastSenderReport: UInt32, delaySinceLastSenderReport: UInt32
    ) {
        self.ssrc = ssrc
        self.fractionLost = fractionLost
        self.cumulativeLost = cumulativeLost
        self.extendedHighestSequenceNumber = extendedHighestSequenceNumber
        self.jitter = jitter
        self.lastSenderReport = lastSenderReport
        self.delaySinceLastSenderReport = delaySinceLastSenderReport
    }
}

/// The sender's part of a sender report (RFC 3550 §6.4.1).
public struct SenderInformation: Equatable, Sendable {
    public var ntp: NTPTimestamp
    public var rtpTimestamp: UInt32
    public var packetCount: UInt32
    public var octetCount: UInt32

    public init(ntp: NTPTimestamp, rtpTimestamp: UInt32, packetCount: UInt32, octetCount: UInt32) {
        self.ntp = ntp
        self.rtpTimestamp = rtpTimestamp
        self.packetCount = packetCount
        self.octetCount = octetCount
    }
}

/// One packet of a compound, whose counts have been checked against its length: what an accessor of its kind returns
/// is there. An accessor of another kind returns nil.
public struct RTCPPacket: ~Escapable {
    public let kind: RTCPKind
    /// The SSRC in the first word, the sender's (of SDES and BYE: the first source).
    public let senderSSRC: UInt32
    /// Items that the five-bit count announced.
    let count: Int
    /// After the first four bytes, without padding.
    let body: RawSpan

    @_lifetime(copy body)
    init(kind: RTCPKind, senderSSRC: UInt32, count: Int, body: RawSpan) {
        self.kind = kind
        self.senderSSRC = senderSSRC
        self.count = count
        self.body = body
    }

    var isReport: Bool { kind == .senderReport || kind == .receiverReport }

    /// Of feedback: the SSRC of the media it is about (0 where the format puts the targets elsewhere).
    public var mediaSSRC: UInt32? {
        switch kind {
        case .nack, .pictureLossIndication, .fullIntraRequest, .receiverEstimatedMaximumBitrate, .transportFeedback:
            body.bigEndian(UInt32.self, at: 4)
        default: nil
        }
    }

    /// Of a sender report.
    public var senderInformation: SenderInformation? {
        guard kind == .senderReport, let ntp = body.bigEndian(UInt64.self, at: 4),
            let rtp = body.bigEndian(UInt32.self, at: 12), let packets = body.bigEndian(UInt32.self, at: 16),
            let octets = body.bigEndian(UInt32.self, at: 20)
        else { return nil }
        return SenderInformation(
            ntp: NTPTimestamp(value: ntp), rtpTimestamp: rtp, packetCount: packets, octetCount: octets)
    }

    /// Of a sender or receiver report.
    public var reportBlockCount: Int { isReport ? count : 0 }

    /// Block `index` of a report; nil past the last.
    public func reportBlock(_ index: Int) -> ReportBlock? {
        guard index >= 0, index < reportBlockCount else { return nil }
        let start = (kind == .senderReport ? 24 : 4) + index * ReportBlock.size
        guard let ssrc = body.bigEndian(UInt32.self, at: start), let loss = body.bigEndian(UInt32.self, at: start + 4),
            let highest = body.bigEndian(UInt32.self, at: start + 8),
            let jitter = body.bigEndian(UInt32.self, at: start + 12),
            let last = body.bigEndian(UInt32.self, at: start + 16),
            let delay = body.bigEndian(UInt32.self, at: start + 20)
        else { return nil }
        return ReportBlock(
            ssrc: ssrc, fractionLost: UInt8(truncatingIfNeeded: loss >> 24),
            cumulativeLost: Int32(bitPattern: loss << 8) >> 8, extendedHighestSequenceNumber: highest, jitter: jitter,
            lastSenderReport: last, delaySinceLastSenderReport: delay)
    }

    /// Of BYE: source `index`; nil past the last.
    public func goodbyeSource(_ index: Int) -> UInt32? {
        guard kind == .goodbye, index >= 0, index < count else { return nil }
        return body.bigEndian(UInt32.self, at: index * 4)
    }
}
