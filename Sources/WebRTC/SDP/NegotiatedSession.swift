/// What offer and answer have agreed on: all that the engine needs to know of the descriptions.
public struct NegotiatedSession: Hashable, Sendable {
    public var transport: NegotiatedTransport
    /// The accepted sections in the order of their `m=` lines.
    public var media: [NegotiatedMedia]
}

/// The other side of the one transport that all media share (RFC 8843, RFC 5761).
public struct NegotiatedTransport: Hashable, Sendable {
    /// One of the candidates in the description.
    public struct Candidate: Hashable, Sendable {
        public var mid: String
        /// `candidate:…`, as ICE reads it.
        public var text: String
    }

    public var usernameFragment: String
    public var password: String
    /// At least one, all of trusted hash functions.
    public var fingerprints: [Fingerprint]
    /// Our role.
    public var role: DTLSRole
    /// The bundle's tagged section, whose transport this is.
    public var mid: String
    /// The mids that share it.
    public var mids: [String]
    /// Without repetitions.
    public var candidates: [Candidate]
    public var endOfCandidates: Bool
    /// The other side takes candidates one by one (RFC 8838).
    public var trickle: Bool
    /// The other side only answers checks (RFC 8445 §2.5): we control.
    public var isLite: Bool
    /// Credentials differ from the previous description's: ICE starts again.
    public var iceRestart: Bool
    /// The certificate differs from the previous description's: DTLS starts again.
    public var newAssociation: Bool
}

/// One accepted media section, from our point of view.
public struct NegotiatedMedia: Hashable, Sendable {
    public var mid: String
    public var mLineIndex: Int
    public var kind: MediaKind
    public var direction: MediaDirection
    /// Never empty; the first is the one to send.
    public var codecs: [NegotiatedCodec]
    public var extensions: NegotiatedExtensions
    /// Forward error correction may be sent and may come.
    public var redundancy: RedundancyPayloadTypes?
    /// Reduced-size RTCP (RFC 5506) may be sent.
    public var reducedSizeRTCP: Bool
    /// Streams that the other side announced, at most 16.
    public var remoteStreams: [RemoteStream]
    /// `a=msid` or its forerunner in `a=ssrc`.
    public var remoteStreamID: String?
    public var remoteTrackID: String?
    /// Bits per second that the other side takes at the most, if it says so.
    public var maximumBitrate: UInt64?
    /// What we send here; nil if this section only receives.
    public var local: LocalMedia?
}

/// A codec with the numbers that this session uses for it, both ways.
public struct NegotiatedCodec: Hashable, Sendable {
    public var name: String
    public var clockRate: UInt32
    public var channels: UInt8
    public var payloadType: UInt8
    public var retransmissionPayloadType: UInt8?
    /// What both sides do.
    public var feedback: RTCPFeedback
    /// What the other side says in `a=fmtp`.
    public var remoteParameters: FormatParameters
}

/// A source of the other side, with its retransmissions (RFC 5576).
public struct RemoteStream: Hashable, Sendable {
    public var ssrc: UInt32
    public var retransmissionSSRC: UInt32?
    public var cname: String?

    public init(ssrc: UInt32, retransmissionSSRC: UInt32? = nil, cname: String? = nil) {
        (self.ssrc, self.retransmissionSSRC, self.cname) = (ssrc, retransmissionSSRC, cname)
    }
}

/// What is known of an offer before it is answered.
public struct RemoteOffer: Hashable, Sendable {
    /// The answer must come with fresh credentials of our own (RFC 8839 §4.4.1.1.1).
    public var iceRestart: Bool
    /// DTLS will start again: the other side has another certificate.
    public var newAssociation: Bool
    /// The other side takes candidates one by one; if not, they must all be in the answer.
    public var trickle: Bool
    public var isLite: Bool
}
