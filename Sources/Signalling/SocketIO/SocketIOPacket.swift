public import SignallingMessages

/// One Socket.IO packet (protocol 5 over Engine.IO 4, protocol 4 over Engine.IO 3), its binary attachments inside.
public struct SocketIOPacket: Hashable, Sendable {
    public enum Kind: Hashable, Sendable { case connect, disconnect, event, acknowledgement, connectError }
    public var kind: Kind
    public var namespace: String
    /// The number by which an event is acknowledged.
    public var id: UInt64?
    public var payload: JSONValue?
    /// What the payload's placeholders stand for.
    public var attachments: [[UInt8]]

    public init(
        _ kind: Kind, namespace: String = "/", id: UInt64? = nil, payload: JSONValue? = nil,
        attachments: [[UInt8]] = []
    ) {
        (self.kind, self.namespace, self.id) = (kind, namespace, id)
        (self.payload, self.attachments) = (payload, attachments)
    }

    /// An event's name and arguments; nil for other packets.
    public var event: (name: String, arguments: [JSONValue])? {
        guard kind == .event, let array = payload?.array, let name = array.first?.string else { return nil }
        return (name, Array(array.dropFirst()))
    }

    public static func event(
        _ name: String, _ arguments: [JSONValue], namespace: String = "/", id: UInt64? = nil,
        attachments: [[UInt8]] = []
    ) -> SocketIOPacket {
        SocketIOPacket(
            .event, namespace: namespace, id: id, payload: .array([.string(name)] + arguments),
            attachments: attachments)
    }
}

/// What a Socket.IO packet from outside may ask of us.
public struct SocketIOLimits: Hashable, Sendable {
    public var json = JSONLimits()
    public var namespace = 128
    public var attachments = 10
    /// Bytes of all attachments of one packet.
    public var attachmentBytes = 128 * 1024

    public init() {}
}

public enum SocketIOError: Error, Hashable, Sendable {
    case empty, unknownType, tooManyAttachments, attachmentsTooLong, invalidNamespace, invalidNumber
    case invalidJSON(JSONError)
    /// The payload is not of the form that the packet's type asks for.
    case invalidPayload
    /// A text packet between a packet and its attachments, or an attachment without a packet.
    case unexpectedPacket
}
