import COpenSSL
import Primitives

/// The key of long-term credentials (RFC 8489 §9.2.2): MD5 over user name, realm and password with colons between.
///
/// MD5 is what every TURN server asks for. What it protects here is who may use a relay; what goes through is DTLS.
public enum LongTermKey {
    /// Nil if the cryptographic library has no MD5 to give.
    public static func md5(username: [UInt8], realm: [UInt8], password: [UInt8]) -> [UInt8]? {
        let colon = [UInt8(ascii: ":")]
        let text = username + colon + realm + colon + password
        var digest = [UInt8](repeating: 0, count: 16)
        return callpoint_md5(text, text.count, &digest) == 1 ? digest : nil
    }
}
