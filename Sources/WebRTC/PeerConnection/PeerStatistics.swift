public import Primitives

/// `RTCInboundRtpStreamStats` and what it inherits, for one SSRC received. Frame decoding figures belong to the decoder.
public struct InboundRTPStatistics: Sendable, Equatable {
    public var ssrc: UInt32 = 0
    public var kind = PeerMediaKind.audio
    public var mid = ""
    public var packetsReceived: UInt64 = 0
    public var packetsLost: Int64 = 0
    /// Seconds.
    public var jitter: Double = 0
    /// Payload bytes, without headers and padding.
    public var bytesReceived: UInt64 = 0
    public var headerBytesReceived: UInt64 = 0
    public var packetsDiscarded: UInt64 = 0
    public var retransmittedPacketsReceived: UInt64 = 0
    public var retransmittedBytesReceived: UInt64 = 0
    /// Packets of forward error correction; of those, the ones that were of no use; and the packets that the others made good.
    public var fecPacketsReceived: UInt64 = 0
    public var fecBytesReceived: UInt64 = 0
    public var fecPacketsDiscarded: UInt64 = 0
    public var packetsRepaired: UInt64 = 0
    /// NACK, PLI and FIR packets sent.
    public var nackCount: UInt64 = 0
    public var pliCount: UInt64 = 0
    public var firCount: UInt64 = 0
    /// Frames put together, and those of them that are key frames; video only.
    public var framesReceived: UInt64 = 0
    public var keyFramesReceived: UInt64 = 0
    public var framesDropped: UInt64 = 0
    public var lastPacketReceivedTimestamp: Instant?

    public init() {}
}

/// `RTCOutboundRtpStreamStats` and what it inherits, for one SSRC sent.
public struct OutboundRTPStatistics: Sendable, Equatable {
    public var ssrc: UInt32 = 0
    public var kind = PeerMediaKind.audio
    public var mid = ""
    public var packetsSent: UInt64 = 0
    /// Payload bytes, without headers and padding.
    public var bytesSent: UInt64 = 0
    public var headerBytesSent: UInt64 = 0
    public var retransmittedPacketsSent: UInt64 = 0
    public var retransmittedBytesSent: UInt64 = 0
    /// Ours beside the W3C's.
    public var fecPacketsSent: UInt64 = 0
    public var fecBytesSent: UInt64 = 0
    /// NACK, PLI and FIR packets received.
    public var nackCount: UInt64 = 0
    public var pliCount: UInt64 = 0
    public var firCount: UInt64 = 0
    public var framesSent: UInt64 = 0
    public var keyFramesSent: UInt64 = 0
    /// Seconds that packets waited before they left, summed over `packetsSent`.
    public var totalPacketSendDelay: Double = 0
    /// Bits per second asked of the encoder.
    public var targetBitrate: Int = 0

    public init() {}
}

/// `RTCRemoteInboundRtpStreamStats`: how one of our streams arrives, by the peer's reports.
public struct RemoteInboundRTPStatistics: Sendable, Equatable {
    public var ssrc: UInt32 = 0
    public var kind = PeerMediaKind.audio
    public var packetsLost: Int64 = 0
    /// 0…1, since the peer's report before.
    public var fractionLost: Double = 0
    /// Seconds.
    public var jitter: Double = 0
    /// Seconds; nil before the first report with a round trip in it.
    public var roundTripTime: Double?
    public var totalRoundTripTime: Double = 0
    public var roundTripTimeMeasurements: UInt64 = 0

    public init() {}
}

/// `RTCIceCandidatePairStats` of the selected pair.
public struct CandidatePairStatistics: Sendable, Equatable {
    public var local: TransportAddress
    public var remote: TransportAddress
    /// `RTCIceCandidateType`: "host", "srflx", "prflx" or "relay".
    public var localType = ""
    public var remoteType = ""
    /// "udp" or "tcp": what the datagrams to the peer, or to our relay's address, are carried by.
    public var transport = "udp"
    /// How our relay is reached, if `localType` is one: "udp", "tcp" or "tls".
    public var relayProtocol: String?
    /// Seconds; nil before the first answered check.
    public var currentRoundTripTime: Double?
    /// Bits per second that we may send by the congestion controller, headers included.
    public var availableOutgoingBitrate: Double?
    public var nominated = true
    public var packetsSent: UInt64 = 0
    public var packetsReceived: UInt64 = 0
    public var bytesSent: UInt64 = 0
    public var bytesReceived: UInt64 = 0
}

/// `RTCTransportStats`, with what was refused at the door.
public struct TransportStatistics: Sendable, Equatable {
    public var packetsSent: UInt64 = 0
    public var packetsReceived: UInt64 = 0
    public var bytesSent: UInt64 = 0
    public var bytesReceived: UInt64 = 0
    /// `RTCIceRole`: "controlling" or "controlled".
    public var iceRole = ""
    /// `RTCDtlsTransportState`.
    public var dtlsState = "new"
    /// `RTCDtlsRole`.
    public var dtlsRole = "unknown"
    /// The version on the wire, "FEFD" for DTLS 1.2.
    public var tlsVersion = ""
    public var dtlsCipher = ""
    public var srtpCipher = ""
    public var selectedCandidatePairChanges: UInt64 = 0
    /// Ours beside the W3C's: datagrams dropped unread or undecrypted, by reason.
    public var refusals = TransportRefusals()

    public init() {}
}

/// Datagrams that went no further, by reason.
public struct TransportRefusals: Sendable, Equatable {
    /// Not STUN, DTLS, RTP or RTCP (RFC 7983), or too short to tell.
    public var unknownProtocol: UInt64 = 0
    /// DTLS or media from a pair that ICE has not validated.
    public var unvalidatedPair: UInt64 = 0
    /// Media before keys exist, or after close.
    public var noKeys: UInt64 = 0
    /// The SRTP or SRTCP tag did not match, or the packet was too short to carry one.
    public var authentication: UInt64 = 0
    public var replayed: UInt64 = 0
    /// Decrypted, but not RTP or RTCP.
    public var malformed: UInt64 = 0
    /// RTP that no media section claims, or beyond the limit on streams.
    public var unroutable: UInt64 = 0
    /// Something had to be dropped because a pool or a queue was full.
    public var exhausted: UInt64 = 0
    /// Connections of strangers that were too many, or said anything but an authentic check first.
    public var connections: UInt64 = 0

    public init() {}
}

/// `RTCCodecStats` of what is sent.
public struct CodecStatistics: Sendable, Equatable {
    public var payloadType: UInt8 = 0
    public var mimeType = ""
    public var clockRate = 0
    public var channels = 0

    public init() {}
}

/// A reading of everything at `timestamp`, under the names of the W3C's webrtc-stats.
public struct PeerStatistics: Sendable, Equatable {
    public var timestamp: Instant
    public var inboundRTP: [InboundRTPStatistics] = []
    public var outboundRTP: [OutboundRTPStatistics] = []
    public var remoteInboundRTP: [RemoteInboundRTPStatistics] = []
    public var candidatePair: CandidatePairStatistics?
    public var transport = TransportStatistics()
    public var codecs: [CodecStatistics] = []

    public init(timestamp: Instant) { self.timestamp = timestamp }
}
