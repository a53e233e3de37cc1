/// The three ways media may be protected, by their numbers in DTLS (RFC 5764 §4.1.2, RFC 7714 §14.2).
public enum SRTPProfile: UInt16, Sendable, CaseIterable {
    case aes128CMSHA1 = 0x0001
    case aeadAES128GCM = 0x0007
    case aeadAES256GCM = 0x0008

    /// Master key and master salt together.
    public var keyingMaterialSize: Int {
        switch self {
        case .aes128CMSHA1: 16 + 14
        case .aeadAES128GCM: 16 + 12
        case .aeadAES256GCM: 32 + 12
        }
    }

    /// Bytes that protection adds to an RTP packet.
    public var tagSize: Int { self == .aes128CMSHA1 ? 10 : 16 }
    /// Bytes that protection adds to an RTCP packet: the tag and the index with its E flag.
    public var rtcpTrailerSize: Int { tagSize + 4 }
    /// As `RTCTransportStats.srtpCipher` spells it.
    public var name: String {
        switch self {
        case .aes128CMSHA1: "SRTP_AES128_CM_HMAC_SHA1_80"
        case .aeadAES128GCM: "SRTP_AEAD_AES_128_GCM"
        case .aeadAES256GCM: "SRTP_AEAD_AES_256_GCM"
        }
    }
}
