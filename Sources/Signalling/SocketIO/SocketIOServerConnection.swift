public import Primitives
public import SignallingMessages

/// Socket.IO over one Engine.IO session at the server: namespaces, events, acknowledgements. A value without IO.
public struct SocketIOServerConnection: Sendable {
    public enum Output: Hashable, Sendable {
        /// To be sent by the Engine.IO session.
        case send(EngineIOPacket)
        /// A socket of a namespace has come; `auth` is what the client gave with its CONNECT.
        case connected(namespace: String, sid: String, auth: JSONValue?)
        /// An event; to be acknowledged by `acknowledge` if it has an `id`.
        case event(SocketIOPacket)
        case disconnected(namespace: String)
        /// The client broke the protocol, or did not connect in time: the session is to be closed.
        case failed
    }

    private let version: EngineIOVersion
    private let engineSid: String
    private let namespaces: Set<String>
    private var connected: Set<String> = []
    private var receiver: SocketIOReceiver
    private var outputs: [Output] = []
    private var isFailed = false
    /// Until when a generation 4 client must have connected to a namespace.
    public private(set) var deadline: Instant

    /// `namespaces` are those a client may connect to.
    public init(
        engineSid: String, version: EngineIOVersion, namespaces: Set<String> = ["/"],
        limits: SocketIOLimits = SocketIOLimits(), connectTimeout: Interval = .seconds(10), now: Instant
    ) {
        (self.version, self.engineSid, self.namespaces) = (version, engineSid, namespaces)
        receiver = SocketIOReceiver(limits: limits)
        deadline = version == .v4 ? now + connectTimeout : .distantFuture
        // Generation 3 connects every client to "/" without being asked, the Engine.IO sid being the socket's.
        if version == .v3, namespaces.contains("/") { accept("/", sid: engineSid, auth: nil) }
    }

    public mutating func poll() -> Output? { outputs.isEmpty ? nil : outputs.removeFirst() }

    public mutating func advance(to now: Instant) {
        guard now >= deadline else { return }
        deadline = .distantFuture
        fail()
    }

    public mutating func receive(_ message: EngineIOPacket, random: inout RandomSource) {
        guard !isFailed else { return }
        do throws(SocketIOError) {
            let packet: SocketIOPacket? =
                switch message {
                case .message(let text): try receiver.receive(text: text)
                case .binary(let bytes): try receiver.receive(binary: bytes)
                default: nil
                }
            if let packet { receive(packet, random: &random) }
        } catch {
            fail()
        }
    }

    /// Sends a packet to the client; nothing if its namespace is not connected.
    public mutating func send(_ packet: SocketIOPacket) {
        guard connected.contains(packet.namespace) else { return }
        outputs += packet.encoded().map(Output.send)
    }

    public mutating func acknowledge(_ event: SocketIOPacket, _ arguments: [JSONValue], attachments: [[UInt8]] = []) {
        guard let id = event.id else { return }
        send(
            SocketIOPacket(
                .acknowledgement, namespace: event.namespace, id: id, payload: .array(arguments),
                attachments: attachments))
    }

    /// Ends the socket of one namespace from this side.
    public mutating func disconnect(namespace: String) {
        guard connected.contains(namespace) else { return }
        send(SocketIOPacket(.disconnect, namespace: namespace))
        leave(namespace)
    }

    /// The Engine.IO session has ended: every socket ends with it.
    public mutating func sessionClosed() {
        for namespace in connected.sorted() { leave(namespace) }
        isFailed = true
    }

    private mutating func receive(_ packet: SocketIOPacket, random: inout RandomSource) {
        switch packet.kind {
        case .connect:
            guard !connected.contains(packet.namespace) else { return fail() }
            guard namespaces.contains(packet.namespace) else { return refuse(packet.namespace) }
            accept(
                packet.namespace,
                sid: version == .v4 ? SessionIdentifier.make(&random) : packet.namespace + "#" + engineSid,
                auth: packet.payload)
        case .disconnect:
            guard connected.contains(packet.namespace) else { return fail() }
            leave(packet.namespace)
        case .event:
            guard connected.contains(packet.namespace) else { return fail() }
            outputs.append(.event(packet))
        case .acknowledgement:
            // Nothing we send asks for one.
            guard connected.contains(packet.namespace) else { return fail() }
        case .connectError: fail()
        }
    }

    private mutating func accept(_ namespace: String, sid: String, auth: JSONValue?) {
        connected.insert(namespace)
        deadline = .distantFuture
        let payload: JSONValue? = version == .v4 ? ["sid": .string(sid)] : nil
        send(SocketIOPacket(.connect, namespace: namespace, payload: payload))
        outputs.append(.connected(namespace: namespace, sid: sid, auth: auth))
    }

    private mutating func refuse(_ namespace: String) {
        let message: JSONValue = "Invalid namespace"
        let packet = SocketIOPacket(
            .connectError, namespace: namespace, payload: version == .v4 ? ["message": message] : message)
        outputs += packet.encoded().map(Output.send)
    }

    private mutating func leave(_ namespace: String) {
        connected.remove(namespace)
        outputs.append(.disconnected(namespace: namespace))
    }

    private mutating func fail() {
        guard !isFailed else { return }
        isFailed = true
        outputs.append(.failed)
    }
}
