public import Primitives

/// How the sessions that are opened from now on reach the other side.
public struct NetworkSettings: Equatable, Sendable {
    /// Which of the kiosk's addresses the other side may learn.
    public enum Policy: UInt8, CaseIterable, Sendable {
        case all = 0
        case noHost = 1
        case relay = 2
    }

    /// The preferred first; at most `MediaControl.maximumServers`.
    public var servers: [MediaServer] = []
    public var policy = Policy.all
    /// Whether media may go by TCP straight to the other side, and it may connect to the kiosk.
    public var usesTCP = true
    /// The ports to bind; nil for any.
    public var ports: ClosedRange<UInt16>?
    /// Names of interfaces, `*` at the end for any ending; nil for all, and for the usual exceptions.
    public var onlyInterfaces: [String]?
    public var exceptInterfaces: [String]?
    /// A PEM file of authorities to trust instead of the system's.
    public var authorities: String?

    public init() {}
}

/// A STUN or TURN server at one of its addresses; its name is resolved already, because a media thread must not wait for
/// that. What it prints leaves the credential out.
public struct MediaServer: Equatable, Sendable, CustomStringConvertible {
    public var url: ICEServerURL
    public var address: IPAddress
    public var username: String
    public var credential: String

    public init(url: ICEServerURL, address: IPAddress, username: String = "", credential: String = "") {
        (self.url, self.address, self.username, self.credential) = (url, address, username, credential)
    }

    public var description: String { "\(url) at \(address)" }
}

extension ByteWriter {
    @_lifetime(self: copy self)
    mutating func write(_ settings: NetworkSettings) {
        writeLength(settings.servers.count)
        for server in settings.servers {
            writeText(server.url.description)
            writeText(server.address.description)
            writeText(server.username)
            writeText(server.credential)
        }
        write(settings.policy.rawValue)
        writeFlag(settings.usesTCP)
        writeOptional(settings.ports?.lowerBound)
        writeOptional(settings.ports?.upperBound)
        writeNames(settings.onlyInterfaces)
        writeNames(settings.exceptInterfaces)
        writeOptionalText(settings.authorities)
    }

    @_lifetime(self: copy self)
    private mutating func writeNames(_ names: [String]?) {
        writeFlag(names != nil)
        guard let names else { return }
        writeLength(names.count)
        for name in names { writeText(name) }
    }
}

extension ByteReader {
    @_lifetime(self: copy self)
    mutating func networkSettings() throws(MediaControlError) -> NetworkSettings {
        var settings = NetworkSettings()
        let count = try length(elementsOf: 16)
        guard count <= MediaControl.maximumServers else { throw .invalidField }
        for _ in 0..<count {
            guard let url = ICEServerURL(try text()), let address = IPAddress(try text()) else { throw .invalidField }
            settings.servers.append(
                MediaServer(url: url, address: address, username: try text(), credential: try text()))
        }
        settings.policy = try value(NetworkSettings.Policy.self)
        settings.usesTCP = try flag()
        switch (try optionalShort(), try optionalShort()) {
        case (nil, nil): break
        case (let first?, let last?) where first <= last: settings.ports = first...last
        default: throw .invalidField
        }
        settings.onlyInterfaces = try names()
        settings.exceptInterfaces = try names()
        settings.authorities = try optionalText()
        return settings
    }

    @_lifetime(self: copy self)
    private mutating func names() throws(MediaControlError) -> [String]? {
        guard try flag() else { return nil }
        var names: [String] = []
        for _ in 0..<(try length(elementsOf: 4)) { names.append(try text()) }
        return names
    }
}
