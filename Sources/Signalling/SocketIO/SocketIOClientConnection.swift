public import Primitives
public import SignallingMessages

/// Socket.IO over one WebSocket at the client, both generations: handshake, heartbeat, events. A value without IO.
///
/// After each input the holder drains `poll()`; `deadline` says when `advance` is due.
public struct SocketIOClientConnection: Sendable {
    public enum Output: Hashable, Sendable {
        /// For the WebSocket.
        case frame(EngineIOFrame)
        /// The namespace is connected. `sid` is nil in generation 3, where the server tells it by an event or not at all.
        case connected(sid: String?)
        /// Events are told only after `connected`; earlier ones wait.
        case event(SocketIOPacket)
        /// Last of all; the WebSocket is to be closed.
        case failed(String)
    }

    /// The generation asked for; 3 also where a server that was asked for 4 turns out to speak 3.
    public private(set) var version: EngineIOVersion
    private let auth: JSONValue?
    private var state = State.awaitingOpen
    private var receiver: SocketIOReceiver
    private var early: [SocketIOPacket] = []
    private var outputs: [Output] = []
    private var timers = TimerTable<Timer>()
    private var interval = Interval.seconds(25)
    private var timeout = Interval.seconds(20)

    /// Events that may come before the CONNECT reply.
    private static let earlyLimit = 64
    /// A generation 3 server that ignores the version asked for connects us unasked; one of generation 4 without
    /// maxPayload (before socket.io 4.4) waits for us. This long tells them apart.
    private static let unaskedConnect = Interval.milliseconds(250)

    private enum State { case awaitingOpen, awaitingUnasked, awaitingConnect, connected, failed }
    private enum Timer: Int, CaseIterable, Sendable { case ping, dead, unasked }

    public init(version: EngineIOVersion, auth: JSONValue?, limits: SocketIOLimits = SocketIOLimits()) {
        (self.version, self.auth) = (version, auth)
        receiver = SocketIOReceiver(limits: limits)
    }

    public mutating func poll() -> Output? { outputs.isEmpty ? nil : outputs.removeFirst() }
    public var deadline: Instant { timers.next }
    public var isConnected: Bool { state == .connected }

    public mutating func receive(_ frame: EngineIOFrame, now: Instant) {
        guard state != .failed else { return }
        do throws(EngineIOError) {
            try receive(EngineIOPacket(frame, version: version), now: now)
        } catch {
            fail("malformed Engine.IO packet: \(error)")
        }
    }

    /// Sends a packet; nothing while not connected.
    public mutating func send(_ packet: SocketIOPacket) {
        guard state == .connected else { return }
        for part in packet.encoded() { send(part) }
    }

    public mutating func advance(to now: Instant) {
        while state != .failed, let timer = timers.expire(at: now) {
            switch timer {
            case .ping:
                timers[.ping] = now + interval
                // Only the first unanswered ping counts.
                if timers[.dead] == .distantFuture { timers[.dead] = now + timeout }
                send(.ping(""))
            case .dead: fail("no heartbeat from the server")
            case .unasked: connect()
            }
        }
    }

    /// Leaves politely: the frames to be sent before the WebSocket is closed.
    public mutating func close() {
        guard state != .failed else { return }
        if state == .connected { send(SocketIOPacket(.disconnect)) }
        send(.close)
        state = .failed
    }

    private mutating func receive(_ packet: EngineIOPacket, now: Instant) {
        switch packet {
        case .open(let body): open(body, now: now)
        case .ping(let body):
            guard version == .v4 else { return fail("a ping from a generation 3 server") }
            timers[.dead] = now + interval + timeout
            send(.pong(body))
        case .pong: if version == .v3 { timers.stop(.dead) }
        case .message(let text):
            receive(now: now) { (receiver: inout SocketIOReceiver) throws(SocketIOError) in
                try receiver.receive(text: text)
            }
        case .binary(let bytes):
            receive(now: now) { (receiver: inout SocketIOReceiver) throws(SocketIOError) in
                try receiver.receive(binary: bytes)
            }
        case .close: fail("the server closed the session")
        case .upgrade, .noop: break
        }
    }

    private mutating func open(_ body: String, now: Instant) {
        guard state == .awaitingOpen, let json = try? JSONValue(parsing: body),
            let sid = json["sid"]?.string, !sid.isEmpty,
            let interval = json["pingInterval"]?.integer, (10...3_600_000).contains(interval),
            let timeout = json["pingTimeout"]?.integer, (10...3_600_000).contains(timeout)
        else { return fail("unexpected or malformed open packet") }
        (self.interval, self.timeout) = (.milliseconds(interval), .milliseconds(timeout))
        switch version {
        case .v3:
            timers[.ping] = now + self.interval
            state = .awaitingConnect
        case .v4:
            timers[.dead] = now + self.interval + self.timeout
            if json["maxPayload"] == nil {
                state = .awaitingUnasked
                timers[.unasked] = now + Self.unaskedConnect
            } else {
                connect()
            }
        }
    }

    private mutating func connect() {
        state = .awaitingConnect
        for part in SocketIOPacket(.connect, payload: auth).encoded() { send(part) }
    }

    private mutating func receive(
        now: Instant, _ read: (inout SocketIOReceiver) throws(SocketIOError) -> SocketIOPacket?
    ) {
        guard state != .awaitingOpen else { return fail("a message before the open packet") }
        do throws(SocketIOError) {
            guard let packet = try read(&receiver), packet.namespace == "/" else { return }
            receive(packet, now: now)
        } catch {
            fail("malformed Socket.IO packet: \(error)")
        }
    }

    private mutating func receive(_ packet: SocketIOPacket, now: Instant) {
        switch packet.kind {
        case .connect:
            guard state != .connected else { return }
            // Generation 4 always tells a sid; without one it is a generation 3 server that came after the pause.
            let sid = packet.payload?["sid"]?.string
            if version == .v4, sid == nil {
                version = .v3
                timers.stop(.unasked)
                timers.stop(.dead)
                timers[.ping] = now + interval
            }
            state = .connected
            outputs.append(.connected(sid: sid))
            outputs += early.map(Output.event)
            early = []
        case .disconnect: fail("the server ended the connection")
        // The server's words may name people and addresses, and this goes to the log.
        case .connectError: fail("the server refused the connection")
        case .event:
            if state == .connected {
                outputs.append(.event(packet))
            } else if early.count < Self.earlyLimit {
                early.append(packet)
            } else {
                fail("too many events before the connection")
            }
        case .acknowledgement: break
        }
    }

    private mutating func send(_ packet: EngineIOPacket) {
        outputs.append(.frame(packet.frame(version: version)))
    }

    private mutating func fail(_ reason: String) {
        guard state != .failed else { return }
        state = .failed
        for timer in Timer.allCases { timers.stop(timer) }
        outputs.append(.failed(reason))
    }
}
