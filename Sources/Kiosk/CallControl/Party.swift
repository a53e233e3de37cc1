/// Someone at the other end, as the signalling server tells.
public struct Party: Hashable, Sendable {
    /// The server's id of the connection; changes with every reconnect and page load.
    public var socket: String
    /// The user's name: an identity if `isVerified`, otherwise what the client said.
    public var name: String
    /// The server has authenticated the name. A screen shows an unverified name as a claim.
    public var isVerified: Bool

    public init(socket: String, name: String, isVerified: Bool = false) {
        self.socket = socket
        self.name = name
        self.isVerified = isVerified
    }
}
