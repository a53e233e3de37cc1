/// The generation of the Engine.IO protocol: 3 under socket.io 1 and 2, 4 under socket.io 3 and 4.
public enum EngineIOVersion: Int, Hashable, Sendable, CaseIterable { case v3 = 3, v4 = 4 }

/// One Engine.IO packet.
public enum EngineIOPacket: Hashable, Sendable {
    /// Server to client, the session's parameters as JSON.
    case open(String)
    case close
    /// "probe" while a transport is tried out, else empty.
    case ping(String)
    case pong(String)
    case message(String)
    case binary([UInt8])
    case upgrade
    case noop
}

/// Why bytes could not be taken as Engine.IO.
public enum EngineIOError: Error, Hashable, Sendable {
    case empty, unknownType, invalidBase64, invalidLength, notUTF8, tooManyPackets, tooLong
}

extension EngineIOPacket {
    /// Reads what one text frame of a WebSocket, or one packet of a polling payload, holds.
    public init(text: ArraySlice<UInt8>, version: EngineIOVersion) throws(EngineIOError) {
        guard let type = text.first else { throw .empty }
        if type == UInt8(ascii: "b") {
            // Binary in a place for text: base64, in generation 3 behind the packet type.
            var body = text.dropFirst()
            if version == .v3 {
                guard body.popFirst() == UInt8(ascii: "4") else { throw .unknownType }
            }
            guard let bytes = Base64.decode(body) else { throw .invalidBase64 }
            self = .binary(bytes)
            return
        }
        guard let body = String(validating: text.dropFirst(), as: UTF8.self) else { throw .notUTF8 }
        switch type {
        case UInt8(ascii: "0"): self = .open(body)
        case UInt8(ascii: "1"): self = .close
        case UInt8(ascii: "2"): self = .ping(body)
        case UInt8(ascii: "3"): self = .pong(body)
        case UInt8(ascii: "4"): self = .message(body)
        case UInt8(ascii: "5"): self = .upgrade
        case UInt8(ascii: "6"): self = .noop
        default: throw .unknownType
        }
    }

    /// Reads one binary frame of a WebSocket: bytes alone in generation 4, behind a type byte in generation 3.
    public init(binary: ArraySlice<UInt8>, version: EngineIOVersion) throws(EngineIOError) {
        switch version {
        case .v4: self = .binary(Array(binary))
        case .v3:
            guard let type = binary.first else { throw .empty }
            guard type == 4 else { throw .unknownType }
            self = .binary(Array(binary.dropFirst()))
        }
    }

    /// The packet where only text can go.
    public func text(version: EngineIOVersion) -> String {
        switch self {
        case .open(let body): "0" + body
        case .close: "1"
        case .ping(let body): "2" + body
        case .pong(let body): "3" + body
        case .message(let body): "4" + body
        case .upgrade: "5"
        case .noop: "6"
        case .binary(let bytes): (version == .v3 ? "b4" : "b") + Base64.encode(bytes)
        }
    }

    /// The packet as a WebSocket frame.
    public func frame(version: EngineIOVersion) -> EngineIOFrame {
        guard case .binary(let bytes) = self else { return .text(text(version: version)) }
        return .binary(version == .v3 ? [4] + bytes : bytes)
    }
}

/// What a WebSocket carries in one message.
public enum EngineIOFrame: Hashable, Sendable {
    case text(String)
    case binary([UInt8])

    public var byteCount: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .binary(let bytes): bytes.count
        }
    }
}

extension EngineIOPacket {
    public init(_ frame: EngineIOFrame, version: EngineIOVersion) throws(EngineIOError) {
        switch frame {
        case .text(let text): try self.init(text: Array(text.utf8)[...], version: version)
        case .binary(let bytes): try self.init(binary: bytes[...], version: version)
        }
    }
}
