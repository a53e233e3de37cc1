import COpenSSL
public import LinuxIO

/// Whom TLS trusts: read once, for any number of connections on any thread.
public final class TLSAuthorities: @unchecked Sendable {  // OpenSSL's context counts its users and is not changed here
    let context: OpaquePointer

    /// - Parameter file: certificates in PEM form to trust instead of the system's store.
    /// - Throws: if the file cannot be read or has no certificate. Reads files, so not on a media thread.
    public init(file: String? = nil) throws(SystemError) {
        guard let context = callpoint_tls_context(file) else {
            throw .init(errno: 22, operation: "read trusted certificates from \(file ?? "the system's store")")
        }
        self.context = context
    }

    deinit { SSL_CTX_free(context) }
}
