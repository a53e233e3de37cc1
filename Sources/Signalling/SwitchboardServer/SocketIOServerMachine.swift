package import Primitives
import SignallingMessages
package import SocketIO

/// All Socket.IO sessions of a server, without IO: requests and frames in, frames and answers out.
///
/// WebSockets and waiting GETs are known by numbers that the holder gives. After each input the holder drains `poll()`.
package struct SocketIOServerMachine<Application: SocketIOApplication>: Sendable {
    package typealias WebSocketID = UInt64
    package typealias PollID = UInt64

    package enum Effect: Hashable, Sendable {
        case send(WebSocketID, EngineIOFrame)
        case close(WebSocketID)
        case answer(PollID, String)
    }

    struct Session {
        var engine: EngineIOServerSession
        var socket: SocketIOServerConnection
        let address: String
        var sockets: [String: SocketID] = [:]
        var webSocket: WebSocketID?
        var probe: WebSocketID?
        var poll: PollID?
        var allowance: Double
        var allowanceAt: Instant
    }

    package private(set) var application: Application
    private let settings: SocketIOServerSettings
    private var random: RandomSource
    private var sessions: [String: Session] = [:]
    private var webSockets: [WebSocketID: String] = [:]
    private var perAddress: [String: Int] = [:]
    private var effects: [Effect] = []
    private var nextEffect = 0

    package init(_ application: Application, settings: SocketIOServerSettings, random: RandomSource) {
        (self.application, self.settings, self.random) = (application, settings, random)
    }

    package var sessionCount: Int { sessions.count }

    package mutating func poll() -> Effect? {
        guard nextEffect < effects.count else {
            effects.removeAll(keepingCapacity: true)
            nextEffect = 0
            return nil
        }
        defer { nextEffect += 1 }
        return effects[nextEffect]
    }

    package var deadline: Instant {
        sessions.values.reduce(application.deadline) { min($0, $1.engine.deadline, $1.socket.deadline) }
    }

    /// The first GET of a polling client: the new session's id; its open packet answers the poll that follows.
    package mutating func openPolling(
        version: EngineIOVersion, address: String, now: Instant
    ) throws(SocketIORefusal) -> String {
        let sid = try open(version: version, transport: .polling, address: address, webSocket: nil, now: now)
        run(sid, now: now)
        return sid
    }

    /// Whether a WebSocket would be taken, before it is upgraded.
    package func admits(sid: String?, version: EngineIOVersion) throws(SocketIORefusal) {
        if let sid {
            guard let session = sessions[sid] else { throw .unknownSession }
            guard session.engine.version == version, session.engine.transport == .polling, session.probe == nil else {
                throw .badRequest
            }
        } else if sessions.count >= settings.sessions {
            throw .tooManySessions
        }
    }

    /// A WebSocket has been upgraded: a new session's, or one beside the polling of session `sid`.
    package mutating func webSocketOpened(
        _ id: WebSocketID, sid: String?, version: EngineIOVersion, address: String, now: Instant
    ) {
        if let sid {
            guard sessions[sid]?.engine.version == version, sessions[sid]?.engine.beginProbe(now: now) == true else {
                effects.append(.close(id))
                return
            }
            sessions[sid]?.probe = id
            webSockets[id] = sid
        } else if let sid = try? open(
            version: version, transport: .webSocket, address: address, webSocket: id, now: now)
        {
            webSockets[id] = sid
            run(sid, now: now)
        } else {
            effects.append(.close(id))
        }
    }

    package mutating func webSocketReceived(_ id: WebSocketID, _ frame: EngineIOFrame, now: Instant) {
        guard let sid = webSockets[id] else { return }
        if sessions[sid]?.probe == id {
            sessions[sid]?.engine.receiveProbe(frame, now: now)
        } else {
            sessions[sid]?.engine.receive(frame, now: now)
        }
        run(sid, now: now)
    }

    package mutating func webSocketClosed(_ id: WebSocketID, now: Instant) {
        guard let sid = webSockets.removeValue(forKey: id) else { return }
        if sessions[sid]?.probe == id {
            sessions[sid]?.probe = nil
            sessions[sid]?.engine.probeClosed()
        } else {
            sessions[sid]?.webSocket = nil
            sessions[sid]?.engine.webSocketClosed()
        }
        run(sid, now: now)
    }

    /// A GET of a polling client; unless refused, `.answer(poll, …)` comes, now or later.
    package mutating func pollRequested(
        _ poll: PollID, sid: String, version: EngineIOVersion, now: Instant
    ) throws(SocketIORefusal) {
        guard let session = sessions[sid], session.engine.version == version else { throw .unknownSession }
        let waiting = session.poll
        let accepted = sessions[sid]?.engine.beginPoll() ?? false
        if accepted { sessions[sid]?.poll = poll }
        run(sid, now: now)
        if !accepted { throw waiting == nil ? .badRequest : .unknownSession }
    }

    /// The connection of a waiting GET has ended: its client has gone.
    package mutating func pollAborted(_ poll: PollID, sid: String, now: Instant) {
        guard sessions[sid]?.poll == poll else { return }
        sessions[sid]?.poll = nil
        sessions[sid]?.engine.pollAborted()
        run(sid, now: now)
    }

    package mutating func posted(
        _ body: [UInt8], sid: String, version: EngineIOVersion, now: Instant
    ) throws(SocketIORefusal) {
        guard let session = sessions[sid], session.engine.version == version else { throw .unknownSession }
        let accepted = sessions[sid]?.engine.receive(payload: body, now: now) ?? false
        run(sid, now: now)
        if !accepted { throw .badRequest }
    }

    package mutating func advance(to now: Instant) {
        for (sid, session) in sessions where min(session.engine.deadline, session.socket.deadline) <= now {
            sessions[sid]?.engine.advance(to: now)
            sessions[sid]?.socket.advance(to: now)
            run(sid, now: now)
        }
        if application.deadline <= now { application.advance(to: now) }
        runApplication(now: now)
    }

    package mutating func closeAll(now: Instant) {
        for sid in Array(sessions.keys) {
            sessions[sid]?.engine.close(.byServer)
            run(sid, now: now)
        }
    }

    private mutating func open(
        version: EngineIOVersion, transport: EngineIOServerSession.Transport, address: String,
        webSocket: WebSocketID?, now: Instant
    ) throws(SocketIORefusal) -> String {
        guard sessions.count < settings.sessions, perAddress[address, default: 0] < settings.sessionsPerAddress else {
            throw .tooManySessions
        }
        let sid = SessionIdentifier.make(&random)
        perAddress[address, default: 0] += 1
        sessions[sid] = Session(
            engine: EngineIOServerSession(
                sid: sid, version: version, transport: transport, settings: settings.engine, now: now),
            socket: SocketIOServerConnection(
                engineSid: sid, version: version, namespaces: application.namespaces, limits: settings.socket,
                connectTimeout: settings.connectTimeout, now: now),
            address: address, webSocket: webSocket, allowance: settings.messageBurst, allowanceAt: now)
        return sid
    }

    /// Carries a session's outputs from layer to layer until there are none, then the application's to everyone.
    private mutating func run(_ sid: String, now: Instant) {
        pump(sid, now: now)
        runApplication(now: now)
    }

    private mutating func runApplication(now: Instant) {
        while let output = application.poll(now: now) {
            switch output {
            case .send(let session, let packet):
                sessions[session]?.socket.send(packet)
                pump(session, now: now)
            case .acknowledge(let session, let event, let arguments, let attachments):
                sessions[session]?.socket.acknowledge(event, arguments, attachments: attachments)
                pump(session, now: now)
            case .disconnect(let session, let namespace):
                sessions[session]?.socket.disconnect(namespace: namespace)
                pump(session, now: now)
            }
        }
    }

    private mutating func pump(_ sid: String, now: Instant) {
        while true {
            if let output = sessions[sid]?.socket.poll() {
                handle(output, of: sid, now: now)
            } else if let output = sessions[sid]?.engine.poll() {
                handle(output, of: sid, now: now)
            } else {
                return
            }
        }
    }

    private mutating func handle(_ output: SocketIOServerConnection.Output, of sid: String, now: Instant) {
        switch output {
        case .send(let packet): sessions[sid]?.engine.send(packet)
        case .connected(let namespace, let socketSid, let auth):
            let socket = SocketID(session: sid, namespace: namespace, sid: socketSid)
            sessions[sid]?.sockets[namespace] = socket
            application.connected(socket, auth: auth, now: now)
        case .event(let packet):
            guard let socket = sessions[sid]?.sockets[packet.namespace] else { return }
            application.received(packet, from: socket, now: now)
        case .disconnected(let namespace):
            guard let socket = sessions[sid]?.sockets.removeValue(forKey: namespace) else { return }
            application.disconnected(socket, now: now)
        case .failed: sessions[sid]?.engine.close(.protocolError)
        }
    }

    private mutating func handle(_ output: EngineIOServerSession.Output, of sid: String, now: Instant) {
        switch output {
        case .frame(let frame): if let id = sessions[sid]?.webSocket { effects.append(.send(id, frame)) }
        case .probeFrame(let frame): if let id = sessions[sid]?.probe { effects.append(.send(id, frame)) }
        case .probeAdopted:
            let probe = sessions[sid]?.probe
            sessions[sid]?.webSocket = probe
            sessions[sid]?.probe = nil
        case .probeClosed:
            if let id = sessions[sid]?.probe { close(id) }
            sessions[sid]?.probe = nil
        case .pollAnswer(let body):
            if let poll = sessions[sid]?.poll { effects.append(.answer(poll, body)) }
            sessions[sid]?.poll = nil
        case .message(let message):
            guard isAllowed(sid, now: now) else {
                sessions[sid]?.engine.close(.protocolError)
                return
            }
            sessions[sid]?.socket.receive(message, random: &random)
        case .closed: closed(sid, now: now)
        }
    }

    private mutating func closed(_ sid: String, now: Instant) {
        guard var session = sessions[sid] else { return }
        session.socket.sessionClosed()
        while let output = session.socket.poll() {
            guard case .disconnected(let namespace) = output, let socket = session.sockets[namespace] else { continue }
            application.disconnected(socket, now: now)
        }
        for id in [session.webSocket, session.probe] { if let id { close(id) } }
        sessions[sid] = nil
        let left = perAddress[session.address, default: 1] - 1
        perAddress[session.address] = left > 0 ? left : nil
    }

    private mutating func close(_ id: WebSocketID) {
        webSockets[id] = nil
        effects.append(.close(id))
    }

    /// A bucket of tokens for each session: one a message, refilled at the permitted rate.
    private mutating func isAllowed(_ sid: String, now: Instant) -> Bool {
        guard let session = sessions[sid] else { return false }
        let refill = max(0, (now - session.allowanceAt).seconds) * settings.messageRate
        let allowance = min(settings.messageBurst, session.allowance + refill)
        sessions[sid]?.allowanceAt = now
        sessions[sid]?.allowance = max(0, allowance - 1)
        return allowance >= 1
    }
}
