import COpenSSL
package import SignallingMessages
import SocketIO

/// TURN servers whose credentials are made for each call from a secret that they share with us: coturn's
/// `use-auth-secret` (draft-uberti-behave-turn-rest). A credential is good for a while, for whoever has it.
package struct TURNCredentials: Sendable {
    private let urls: [String]
    private let secret: [UInt8]
    /// Seconds. It must outlast a call: a path that is lost late in it needs a new allocation.
    private let lifetime: Int64

    package static let standardLifetime: Int64 = 12 * 3600

    /// Nil without a secret, a server or a lifetime.
    package init?(urls: [String], secret: [UInt8], lifetime: Int64 = TURNCredentials.standardLifetime) {
        guard !urls.isEmpty, !secret.isEmpty, lifetime > 0 else { return nil }
        (self.urls, self.secret, self.lifetime) = (urls, secret, lifetime)
    }

    /// The servers alone, for who prepares for calls.
    package var announcement: ICEServerList { ICEServerList(servers: [.init(urls: urls)], lifetime: lifetime) }

    /// - Parameters:
    ///   - name: whom the server's log will name; random, and nobody's real name.
    ///   - unixTime: seconds.
    package func mint(for name: String, unixTime: Int64) -> ICEServerList {
        let username = "\(unixTime + lifetime):\(name)"
        return ICEServerList(
            servers: [.init(urls: urls, username: username, credential: Base64.encode(authenticate(username)))],
            lifetime: lifetime)
    }

    private func authenticate(_ username: String) -> [UInt8] {
        let text = Array(username.utf8)
        var digest = [UInt8](repeating: 0, count: 20)
        callpoint_hmac_sha1(secret, secret.count, text, text.count, nil, 0, &digest)
        return digest
    }
}
