import SocketIO

/// What a request to `/socket.io/` asks for, read from its path and query.
struct SocketIORequest: Hashable, Sendable {
    enum Transport: Hashable, Sendable { case polling, webSocket }

    var version: EngineIOVersion
    var transport: Transport
    var sid: String?

    static func isForSocketIO(path: Substring) -> Bool { path == "/socket.io/" || path == "/socket.io" }

    init(query: Substring) throws(SocketIORefusal) {
        var values: [Substring: Substring] = [:]
        for pair in query.split(separator: "&", maxSplits: 32) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            values[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
        switch values["transport"] {
        case "polling": transport = .polling
        case "websocket": transport = .webSocket
        default: throw .unknownTransport
        }
        guard let version = values["EIO"].flatMap({ Int($0) }).flatMap(EngineIOVersion.init) else {
            throw .unsupportedVersion
        }
        self.version = version
        sid = values["sid"].map(String.init)
        // JSONP is for browsers without cross-origin requests; there are none left.
        guard values["j"] == nil else { throw .badRequest }
    }

    /// Splits a request target into path and query.
    static func split(_ target: String) -> (path: Substring, query: Substring) {
        guard let mark = target.firstIndex(of: "?") else { return (target[...], "") }
        return (target[..<mark], target[target.index(after: mark)...])
    }
}
