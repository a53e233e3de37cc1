package import Primitives
import SignallingMessages
package import SocketIO

/// The client's decisions, without IO: when to connect, what to say, what to tell.
///
/// After each input the holder drains `poll()`; `deadline` says when `advance` is due. The dialect's traps are answered
/// in `+Room` (ghosts, joining once, full rooms), `+Actions` (nothing about media while alone, the offer said again)
/// and `+Messages` (echoes, early and doubled messages).
package struct SignallingMachine: Sendable {
    package enum Output: Hashable, Sendable {
        /// Open a WebSocket of this generation; answered by `connected` or `connectFailed`.
        case connect(EngineIOVersion)
        case frame(EngineIOFrame)
        /// Close the WebSocket, or give up opening it.
        case close
        case event(SignallingEvent)
        case remember(SignallingMemory)
    }
    package enum ConnectFailure: Hashable, Sendable {
        /// The server answered, but not with a WebSocket.
        case status(Int)
        case unreachable(String)
    }

    let configuration: SignallingConfiguration
    let hello: Hello
    let userName: String
    var random: RandomSource
    var memory: SignallingMemory
    var outputs: [Output] = []
    var timers = TimerTable<Timer>()

    // Connecting
    var link = Link.idle
    var version: EngineIOVersion
    var hasTriedOther = false
    var failures = 0
    var connectedAt: Instant?

    // This connection
    var socketId: String?
    var offeredSid: String?
    var server = ServerKind.ancestor
    var welcomed: Int64?
    var room = RoomState.outside
    var others: [User] = []
    var evictions = 0
    var roomAttempts = 0

    // What outlives a connection
    var presence: (status: KioskStatus, at: Instant)?
    var farewell: (action: SignallingAction, at: Instant)?
    var openCall: (to: String?, Void)?
    var openOffer: (sdp: String, to: String?, left: Int)?

    enum Link { case idle, waiting, connecting, open(SocketIOClientConnection), stopped }
    enum RoomState { case outside, checking, joined, full }
    enum Timer: Int, CaseIterable, Sendable { case retry, handshake, socketId, join, room, offer }

    package init(_ configuration: SignallingConfiguration, memory: SignallingMemory, random: RandomSource) {
        (self.configuration, self.memory, self.random) = (configuration, memory, random)
        hello = Hello(role: .kiosk, name: configuration.name, place: configuration.place)
        userName = User.dialectName(for: configuration.name)
        version = memory.engine == 3 ? .v3 : .v4
    }

    package mutating func poll() -> Output? { outputs.isEmpty ? nil : outputs.removeFirst() }

    package var deadline: Instant {
        guard case .open(let connection) = link else { return timers.next }
        return min(timers.next, connection.deadline)
    }

    package var sockId: String? { socketId }
    var me: User { User(userName: userName, roomId: configuration.room, sockId: socketId ?? "") }

    package mutating func start(now: Instant) {
        guard case .idle = link else { return }
        connect(now: now)
    }

    package mutating func connected(now: Instant) {
        guard case .connecting = link else { return }
        link = .open(SocketIOClientConnection(version: version, auth: hello.json))
    }

    package mutating func connectFailed(_ failure: ConnectFailure, now: Instant) {
        guard case .connecting = link else { return }
        if failure == .status(400), !hasTriedOther {
            hasTriedOther = true
            version = version == .v4 ? .v3 : .v4
            connect(now: now)
            return
        }
        let reason =
            switch failure {
            case .status(let code): "the server answered \(code)"
            case .unreachable(let text): text
            }
        lose(reason, now: now)
    }

    package mutating func receive(_ frame: EngineIOFrame, now: Instant) {
        guard case .open(var connection) = link else { return }
        connection.receive(frame, now: now)
        link = .open(connection)
        drain(now: now)
    }

    package mutating func connectionLost(_ reason: String, now: Instant) {
        guard case .open = link else { return }
        lose(reason, now: now)
    }

    package mutating func advance(to now: Instant) {
        if case .open(var connection) = link, connection.deadline <= now {
            connection.advance(to: now)
            link = .open(connection)
            drain(now: now)
        }
        while let timer = timers.expire(at: now) {
            switch timer {
            case .retry:
                hasTriedOther = false
                connect(now: now)
            case .handshake: lose("no answer from the server", now: now)
            case .socketId: if let sid = offeredSid { enter(as: sid, now: now) }
            case .join: lose("no answer to joining the room", now: now)
            case .room: checkRoom(now: now)
            case .offer: repeatOffer(now: now)
            }
        }
    }

    /// Leaves the room and closes, for good.
    package mutating func stop(now: Instant) {
        if case .open(var connection) = link {
            if room == .joined || room == .checking { send(.userLeave(me), through: &connection) }
            connection.close()
            link = .open(connection)
            drain(now: now)
            remember { $0.lastSelf = nil }
        }
        outputs.append(.close)
        link = .stopped
        for timer in Timer.allCases { timers.stop(timer) }
    }

    mutating func connect(now: Instant) {
        link = .connecting
        timers[.handshake] = now + configuration.timing.handshake
        outputs.append(.connect(version))
    }

    /// Drains the connection's outputs; they may end it.
    mutating func drain(now: Instant) {
        while case .open(var connection) = link, let output = connection.poll() {
            link = .open(connection)
            switch output {
            case .frame(let frame): outputs.append(.frame(frame))
            case .connected(let sid): namespaceConnected(sid: sid, now: now)
            case .event(let packet): receive(packet, now: now)
            case .failed(let reason): lose(reason, now: now)
            }
        }
    }

    mutating func send(_ message: ClientMessage) {
        guard case .open(var connection) = link else { return }
        send(message, through: &connection)
        link = .open(connection)
        while case .open(var connection) = link, case .frame(let frame)? = connection.poll() {
            link = .open(connection)
            outputs.append(.frame(frame))
        }
    }

    private func send(_ message: ClientMessage, through connection: inout SocketIOClientConnection) {
        connection.send(.event(message.event, message.arguments))
    }

    mutating func remember(_ change: (inout SignallingMemory) -> Void) {
        let before = memory
        change(&memory)
        if memory != before { outputs.append(.remember(memory)) }
    }

    /// The connection is no more; the next attempt after a pause that grows and varies.
    mutating func lose(_ reason: String, now: Instant) {
        outputs.append(.close)
        if let connectedAt, now - connectedAt >= .seconds(10) { failures = 0 }
        let timing = configuration.timing
        let pause = min(timing.longestRetry, timing.firstRetry * (1 << Int64(min(failures, 16))))
        failures += 1
        for timer in Timer.allCases { timers.stop(timer) }
        timers[.retry] = now + pause - pause / 1000 * Int64.random(in: 0...500, using: &random)
        link = .waiting
        (connectedAt, socketId, offeredSid, welcomed, server) = (nil, nil, nil, nil, .ancestor)
        (room, others, evictions, roomAttempts, openOffer) = (.outside, [], 0, 0, nil)
        outputs.append(.event(.disconnected(reason: reason)))
    }
}
