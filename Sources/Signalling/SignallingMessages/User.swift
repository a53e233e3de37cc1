/// One party in a room, as the dialect names it: what it calls itself, which room, which connection.
public struct User: Hashable, Sendable {
    public var userName: String
    public var roomId: String
    /// The Socket.IO id of the user's connection; another after each reconnect.
    public var sockId: String

    public init(userName: String, roomId: String, sockId: String) {
        (self.userName, self.roomId, self.sockId) = (userName, roomId, sockId)
    }
}

extension User {
    /// The dialect's own rule: 1 to 4 ASCII digits.
    public static func isValid(roomId: String) -> Bool {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        return (1...4).contains(roomId.utf8.count) && roomId.utf8.allSatisfy { digits.contains($0) }
    }

    /// The dialect's own rule: 1 to 10 Latin letters or Chinese characters.
    public static func isValid(userName: String) -> Bool {
        (1...10).contains(userName.unicodeScalars.count) && userName.unicodeScalars.allSatisfy(isNameScalar)
    }

    /// A name the dialect allows, made from any name by leaving out what it does not allow; `fallback` if nothing stays.
    public static func dialectName(for name: String, fallback: String = "Kiosk") -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: name.unicodeScalars.filter(isNameScalar).prefix(10))
        return scalars.isEmpty ? fallback : String(scalars)
    }

    /// True for what this project may send; what it gets is only bounded (`MessageLimits`).
    public var isStrictlyValid: Bool {
        Self.isValid(roomId: roomId) && Self.isValid(userName: userName) && !sockId.isEmpty
            && sockId.utf8.count <= MessageLimits.sockId
    }

    private static func isNameScalar(_ c: Unicode.Scalar) -> Bool {
        switch c {
        case "A"..."Z", "a"..."z", "\u{3400}"..."\u{4DBF}", "\u{4E00}"..."\u{9FFF}", "\u{20000}"..."\u{323AF}": true
        default: false
        }
    }
}

/// The longest of each field that is accepted from outside, in bytes of UTF-8 unless said otherwise.
public enum MessageLimits {
    public static let sockId = 64
    public static let userName = 128
    public static let roomId = 16
    /// A kiosk's or console's display name, its place, a state's detail.
    public static let displayText = 256
    public static let sdp = 64 * 1024
    public static let candidate = 1024
    public static let mid = 64
    /// Users in one list, kiosks in one list.
    public static let list = 1024
    /// STUN and TURN servers in a list, addresses of one.
    public static let servers = 16
    public static let serverURL = 300
    public static let credential = 512
    /// Seconds that a credential is good for.
    public static let lifetime: Int64 = 7 * 24 * 3600
}
