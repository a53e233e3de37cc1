/// Why a description was refused. A refusal changes nothing: the session goes on as it was.
public enum NegotiationError: Error, Hashable, Sendable {
    case malformed(SDPError)
    /// An attribute that the session depends on cannot be read.
    case malformedAttribute(String)
    /// The call does not fit the state (RFC 8829 §3.2): an offer while ours is open, say.
    case wrongState(SignalingState)
    /// Nothing in the description is for us: no live audio or video section.
    case noMedia
    case noCommonCodec(MediaKind)

    /// RTP without DTLS-SRTP.
    case plainRTP(mLineIndex: Int)
    /// Keys in the description itself (`a=crypto`, RFC 4568).
    case sdes(mLineIndex: Int?)
    case missingFingerprint
    /// Fingerprints, but none of a trusted hash function.
    case weakFingerprint
    case malformedFingerprint
    /// Sections of one bundle with different certificates.
    case conflictingFingerprints
    /// Another certificate without an ICE restart (RFC 8842 §5.1).
    case fingerprintChanged
    /// DTLS roles that cannot meet, or that change under a live association.
    case setupConflict

    case missingICECredentials
    /// RFC 8445 §5.3: 4 and 22 characters at least.
    case shortICECredentials
    case malformedICECredentials

    case missingRTCPMux(mid: String)
    /// A section outside the bundle would need a transport of its own.
    case notBundled(mid: String)
    case duplicateMid(String)
    /// One number for two codecs within the bundle (RFC 8843 §9.1).
    case conflictingPayloadType(UInt8)
    /// One id for two header extensions within the bundle.
    case conflictingExtension(UInt8)

    /// Sections of an earlier description are missing, or an answer's number is not its offer's.
    case mLinesMissing
    /// A section has another mid or kind than before in its place.
    case mLineChanged(index: Int)
}

/// RFC 8829 §3.2, without provisional answers.
public enum SignalingState: Hashable, Sendable { case stable, haveLocalOffer, haveRemoteOffer }
