/// How media is protected after the handshake. Most wanted first: AES-GCM costs a quarter of AES-CM with HMAC-SHA1.
public enum SRTPProtectionProfile: UInt16, Sendable, CaseIterable {
    /// SRTP_AEAD_AES_128_GCM (RFC 7714 §14.2).
    case aeadAES128GCM = 0x0007
    /// SRTP_AEAD_AES_256_GCM.
    case aeadAES256GCM = 0x0008
    /// SRTP_AES128_CM_HMAC_SHA1_80 (RFC 5764 §4.1.2), which every WebRTC endpoint has.
    case aes128CMSHA1 = 0x0001

    public var keySize: Int { self == .aeadAES256GCM ? 32 : 16 }
    public var saltSize: Int { self == .aes128CMSHA1 ? 14 : 12 }

    var openSSLName: String {
        switch self {
        case .aeadAES128GCM: "SRTP_AEAD_AES_128_GCM"
        case .aeadAES256GCM: "SRTP_AEAD_AES_256_GCM"
        case .aes128CMSHA1: "SRTP_AES128_CM_SHA1_80"
        }
    }
}

/// What a finished handshake exports for SRTP (RFC 5764 §4.2): master key followed by master salt, per direction.
public struct SRTPKeyingMaterial: Sendable {
    public let profile: SRTPProtectionProfile
    /// Protects what we send.
    public let local: [UInt8]
    /// Protects what the peer sends.
    public let remote: [UInt8]

    /// - Parameter exported: client key, server key, client salt, server salt. Nil if the length is wrong.
    init?(profile: SRTPProtectionProfile, exported: [UInt8], isClient: Bool) {
        let (key, salt) = (profile.keySize, profile.saltSize)
        guard exported.count == 2 * (key + salt) else { return nil }
        let client = Array(exported[0..<key] + exported[(2 * key)..<(2 * key + salt)])
        let server = Array(exported[key..<(2 * key)] + exported[(2 * key + salt)...])
        self.profile = profile
        local = isClient ? client : server
        remote = isClient ? server : client
    }
}
