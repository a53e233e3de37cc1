/// Why a DTLS association came to nothing.
public enum DTLSError: Error, Equatable, Sendable {
    /// OpenSSL refused the certificate, the context or the connection; nothing was sent.
    case setUp
    /// The certificate presented has none of the fingerprints that signalling named (RFC 8122 §5).
    case fingerprintMismatch
    /// The peer speaks DTLS but no protection profile of ours (RFC 5764 §4.1).
    case noSharedProfile
    /// The peer stopped answering and every retransmission was spent.
    case timedOut
    /// A violation of the protocol or a fatal alert; `reason` is OpenSSL's reason code, for the log.
    case handshake(reason: Int)
}
