import COpenSSL

/// A P-256 key, a certificate signed with it, and everything OpenSSL can prepare before the first call.
///
/// Made ahead of a call, because making it takes longer than a packet may wait. Any number of `DTLSTransport`s may use
/// one at the same time, on any threads: nothing changes after `init`. The private key never leaves OpenSSL.
public final class DTLSCertificate: @unchecked Sendable {  // OpenSSL counts references to its contexts atomically
    /// SHA-256, for the description's `a=fingerprint`.
    public let fingerprint: DTLSFingerprint

    let context: OpaquePointer

    /// - Parameter profiles: what may protect the media, most wanted first.
    public init(profiles: [SRTPProtectionProfile] = SRTPProtectionProfile.allCases) throws(DTLSError) {
        var key: OpaquePointer?
        var certificate: OpaquePointer?
        guard callpoint_certificate_make(&key, &certificate) == 1 else { throw .setUp }
        defer {
            EVP_PKEY_free(key)
            X509_free(certificate)
        }
        let names = profiles.map(\.openSSLName).joined(separator: ":")
        guard let context = callpoint_dtls_context(key, certificate, names) else { throw .setUp }
        var der: UnsafeMutablePointer<UInt8>?
        let size = i2d_X509(certificate, &der)
        defer { if let der { callpoint_free(der) } }
        guard size > 0, let der,
            let digest = digest(of: UnsafeRawBufferPointer(start: der, count: Int(size)), .sha256),
            let fingerprint = DTLSFingerprint(algorithm: .sha256, digest: digest)
        else {
            SSL_CTX_free(context)
            throw .setUp
        }
        self.context = context
        self.fingerprint = fingerprint
    }

    deinit { SSL_CTX_free(context) }
}

/// The digest of `bytes`, nil if OpenSSL does not know the algorithm.
func digest(of bytes: UnsafeRawBufferPointer, _ algorithm: DTLSFingerprint.Algorithm) -> [UInt8]? {
    let kind =
        switch algorithm {
        case .sha256: EVP_sha256()
        case .sha384: EVP_sha384()
        case .sha512: EVP_sha512()
        }
    var digest = [UInt8](repeating: 0, count: 64)
    let size = callpoint_digest(kind, bytes.baseAddress, bytes.count, &digest)
    guard size == algorithm.digestSize else { return nil }
    return Array(digest.prefix(size))
}
