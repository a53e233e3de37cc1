import RTP
import SDP

/// One agreed media section in the form that packets are handled by.
struct MediaSection {
    let kind: PeerMediaKind
    let mid: String
    let identifier: MediaIdentifier?
    let codec: CodecStatistics
    let retransmissionPayloadType: UInt8?
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

extension PeerMediaKind {
    init?(_ kind: MediaKind) {
        switch kind {
        case .audio: self = .audio
        case .video: self = .video
        case .other: return nil
        }
    }
}
