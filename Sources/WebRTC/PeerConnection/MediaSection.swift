import RTP
import SDP

/// One agreed media section in the form that packets are handled by.
struct MediaSection {
    let kind: PeerMediaKind
    let mid: String
    let identifier: MediaIdentifier?
    let codec: CodecStatistics
    let retransmissionPayloadType: UInt8?
    /// Forward error correction; of a video section.
    let redundancy: RedundancyPayloadTypes?
    let extensions: HeaderExtensionMap
    let feedback: RTCPFeedback
    let reducedSizeRTCP: Bool
    /// Bits per second, where the peer's description names a limit.
    let maximumBitrate: Int?
    let flow: PeerMediaFlow

    /// Nil for a kind that is not ours.
    init?(_ media: NegotiatedMedia) {
        guard let kind = PeerMediaKind(media.kind), let first = media.codecs.first else { return nil }
        self.kind = kind
        mid = media.mid
        identifier = MediaIdentifier(media.mid)
        var codec = CodecStatistics()
        (codec.payloadType, codec.mimeType) = (first.payloadType, "\(kind.rawValue)/\(first.name)")
        (codec.clockRate, codec.channels) = (Int(first.clockRate), Int(first.channels))
        self.codec = codec
        retransmissionPayloadType = first.retransmissionPayloadType
        redundancy = media.redundancy
        extensions = HeaderExtensionMap(
            mid: media.extensions.mid ?? 0,
            transportSequenceNumber: media.extensions.transportSequenceNumber ?? 0,
            absoluteSendTime: media.extensions.absoluteSendTime ?? 0)
        feedback = first.feedback
        reducedSizeRTCP = media.reducedSizeRTCP
        maximumBitrate = media.maximumBitrate.map { Int(clamping: $0) }
        flow = PeerMediaFlow(
            sends: media.direction.sends && media.local != nil, receives: media.direction.receives)
    }
}

extension MediaSection {
    /// Whether a packet of this payload type belongs to the stream itself: media, in RED or not, and what repairs them.
    func isPrimary(_ payloadType: UInt8) -> Bool {
        payloadType == codec.payloadType || payloadType == redundancy?.red
    }

    /// What the retransmissions of this payload type are of; nil if it is none of theirs.
    func retransmitted(by payloadType: UInt8) -> UInt8? {
        if payloadType == retransmissionPayloadType { return codec.payloadType }
        guard let redundancy, payloadType == redundancy.redRetransmission else { return nil }
        return redundancy.red
    }
}

extension PeerMediaKind {
    init?(_ kind: MediaKind) {
        switch kind {
        case .audio: self = .audio
        case .video: self = .video
        case .other: return nil
        }
    }
}
