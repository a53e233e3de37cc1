import Glibc
package import SignallingMessages

/// What outlives a connection and the process: which generation the server speaks, and as whom we were last in a room.
///
/// The ancestor's server never notices that a client has gone; unless the next connection says so for the last one,
/// a kiosk that died stays in its room for ever and the room is full.
package struct SignallingMemory: Hashable, Sendable {
    package var engine: Int64?
    package var lastSelf: User?

    package init(engine: Int64? = nil, lastSelf: User? = nil) { (self.engine, self.lastSelf) = (engine, lastSelf) }
}

extension SignallingMemory {
    package var json: JSONValue {
        .members([
            ("engine", engine.map(JSONValue.integer)), ("userName", (lastSelf?.userName).map(JSONValue.string)),
            ("roomId", (lastSelf?.roomId).map(JSONValue.string)), ("sockId", (lastSelf?.sockId).map(JSONValue.string)),
        ])
    }

    /// What cannot be read is as if it had never been written.
    package init(_ json: JSONValue) {
        engine = json["engine"]?.integer
        if let name = json["userName"]?.string, let room = json["roomId"]?.string, let id = json["sockId"]?.string,
            id.utf8.count <= MessageLimits.sockId
        {
            lastSelf = User(userName: name, roomId: room, sockId: id)
        }
    }

    static func path(in directory: String) -> String { directory + "/signalling.json" }

    package init(directory: String) {
        self.init()
        let file = open(Self.path(in: directory), O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
        guard count > 0, let json = try? JSONValue(parsing: bytes[..<count]) else { return }
        self.init(json)
    }

    /// Replaces the file in one step; false where the disk does not let us, which costs a ghost at worst. Not synced: the
    /// name in the room's list gives the ghost away too.
    package func save(directory: String) -> Bool {
        let path = Self.path(in: directory)
        let file = open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        let bytes = Array(json.text.utf8)
        let count = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        return close(file) == 0 && count == bytes.count && rename(path + ".new", path) == 0
    }
}
