package import Primitives
package import SignallingMessages
package import SocketIO

/// The dialect of docs/signalling.md with its extension: rooms, relaying, presence. A value without IO.
package struct Switchboard: SocketIOApplication {
    package struct Limits: Sendable {
        /// In a room, among those who speak the extension; others are told the ancestor's two.
        package var usersPerRoom = 16
        package var usersOfAncestor = 2
        package var rooms = 1024
        /// The shortest time between two lists of kiosks.
        package var listInterval = Interval.milliseconds(50)

        package init() {}
    }

    struct Client {
        let socket: SocketID
        var hello: Hello?
        var isWatching = false
    }

    package let namespaces: Set<String> = ["/"]
    private let limits: Limits
    /// The Unix time of `Instant.zero`.
    private let epoch: Interval
    /// Nil where there is no TURN server.
    private let turn: TURNCredentials?
    private var clients: [String: Client] = [:]
    private var rooms = Rooms()
    private var kiosks = KioskDirectory()
    private var outputs: [SocketIOApplicationOutput] = []
    private var nextOutput = 0
    private var listDue = Instant.distantFuture
    private var listedAt: Instant?

    package init(limits: Limits = Limits(), epoch: Interval, turn: TURNCredentials? = nil) {
        (self.limits, self.epoch, self.turn) = (limits, epoch, turn)
    }

    package var deadline: Instant { listDue }

    package mutating func poll(now: Instant) -> SocketIOApplicationOutput? {
        if listDue <= now { sendList(now: now) }
        guard nextOutput < outputs.count else {
            outputs.removeAll(keepingCapacity: true)
            nextOutput = 0
            return nil
        }
        defer { nextOutput += 1 }
        return outputs[nextOutput]
    }

    package mutating func advance(to now: Instant) {
        if listDue <= now { sendList(now: now) }
    }

    package mutating func connected(_ socket: SocketID, auth: JSONValue?, now: Instant) {
        clients[socket.sid] = Client(socket: socket)
        if let auth, let hello = try? Hello(auth) { greet(hello, from: socket.sid, now: now) }
        // The welcome first: whoever has connectionSuccess knows by then what kind of server this is.
        send(.welcome(version: 1, maxUsers: Int64(limits.usersPerRoom)), to: socket.session)
        send(.connectionSuccess(sockId: socket.sid), to: socket.session)
        // A kiosk resolves the servers' names and tries the way to them before it is called.
        if let turn, clients[socket.sid]?.hello?.role == .kiosk {
            send(.iceServers(turn.announcement), to: socket.session)
        }
    }

    package mutating func disconnected(_ socket: SocketID, now: Instant) {
        leaveRoom(socket.sid)
        if kiosks.left(sockId: socket.sid, now: now) { listChanged(now: now) }
        clients[socket.sid] = nil
    }

    package mutating func received(_ event: SocketIOPacket, from socket: SocketID, now: Instant) {
        guard let (name, arguments) = event.event, clients[socket.sid] != nil else { return }
        if event.id != nil { outputs.append(.acknowledge(session: socket.session, event, [], attachments: [])) }
        // What is malformed or not of the dialect is not relayed, and harms only its sender.
        guard let message = try? ClientMessage(event: name, arguments: arguments) else { return }
        switch message {
        case .checkRoom(let user): checkRoom(user, socket, now: now)
        case .userLeave(let user): userLeave(user, from: socket.sid)
        case .signal(let signal): relay(signal, from: socket.sid, now: now)
        case .description(let description, _, let to):
            relayMedia(.description(description, from: socket.sid), from: socket.sid, to: to)
        case .candidate(let candidate, _, let to):
            relayMedia(.candidate(candidate, from: socket.sid), from: socket.sid, to: to)
        case .hello(let hello): greet(hello, from: socket.sid, now: now)
        case .state(let status):
            if kiosks.told(status, sockId: socket.sid, now: now) { listChanged(now: now) }
        case .watch:
            clients[socket.sid]?.isWatching = true
            send(.kiosks(kiosks.list(epoch: epoch)), to: socket.session)
        }
    }

    private mutating func greet(_ hello: Hello, from sid: String, now: Instant) {
        guard clients[sid]?.hello == nil else { return }
        clients[sid]?.hello = hello
        if hello.role == .kiosk, kiosks.came(hello, sockId: sid, now: now) { listChanged(now: now) }
    }

    private mutating func checkRoom(_ asker: User, _ socket: SocketID, now: Instant) {
        guard !asker.roomId.isEmpty else { return }
        if let present = rooms.member(sockId: socket.sid) {
            if present.user.roomId == asker.roomId {
                let members = rooms.members(of: asker.roomId).map(\.user)
                send(.checkRoomSuccess(members.filter { $0.sockId != socket.sid }), to: socket.session)
                send(.joinRoomSuccess(members), to: socket.session)
                return
            }
            leaveRoom(socket.sid)
        }
        let members = rooms.members(of: asker.roomId)
        send(.checkRoomSuccess(members.map(\.user)), to: socket.session)
        let capacity = clients[socket.sid]?.hello == nil ? limits.usersOfAncestor : limits.usersPerRoom
        guard members.count < capacity, !members.isEmpty || rooms.count < limits.rooms else { return }
        rooms.join(
            Rooms.Member(
                user: User(userName: asker.userName, roomId: asker.roomId, sockId: socket.sid),
                session: socket.session))
        broadcast(.joinRoomSuccess(rooms.members(of: asker.roomId).map(\.user)), to: rooms.members(of: asker.roomId))
        if kiosks.joined(room: asker.roomId, sockId: socket.sid) { listChanged(now: now) }
    }

    /// One's own, or a former connection's of the same name, which only its successor has a reason to name.
    private mutating func userLeave(_ user: User, from sid: String) {
        if user.sockId != sid {
            guard let ghost = rooms.member(sockId: user.sockId), ghost.user.userName == user.userName,
                ghost.user.roomId == user.roomId
            else { return }
        }
        leaveRoom(user.sockId)
    }

    private mutating func leaveRoom(_ sid: String) {
        guard let member = rooms.leave(sockId: sid) else { return }
        let rest = rooms.members(of: member.user.roomId)
        broadcast(.userLeave(rest.map(\.user)), to: rest)
    }

    /// Relays who calls, answers and so on under the name the sender joined with, whatever the message says.
    private mutating func relay(_ signal: CallSignal, from sid: String, now: Instant) {
        guard let sender = rooms.member(sockId: sid) else { return }
        var relayed = signal
        relayed.user = sender.user
        let members = rooms.members(of: sender.user.roomId)
        var receivers = members
        if let to = signal.to {
            guard members.contains(where: { $0.user.sockId == to }) else { return }
            receivers = members.filter { $0.user.sockId == to || $0.user.sockId == sid }
        }
        if signal.kind == .call || signal.kind == .answer { equip(receivers, now: now) }
        broadcast(.signal(relayed), to: receivers)
    }

    /// Tells those who know the extension the servers of the call that begins, each with credentials of its own.
    private mutating func equip(_ members: [Rooms.Member], now: Instant) {
        guard let turn else { return }
        let unixTime = (epoch + (now - .zero)).milliseconds / 1000
        for member in members where clients[member.user.sockId]?.hello != nil {
            send(.iceServers(turn.mint(for: member.user.sockId, unixTime: unixTime)), to: member.session)
        }
    }

    /// To the one it is addressed to, else to the first other in the room, as the ancestor does.
    private mutating func relayMedia(_ message: ServerMessage, from sid: String, to: String?) {
        guard let sender = rooms.member(sockId: sid) else { return }
        let others = rooms.others(in: sender.user.roomId, than: sid)
        let receiver = to.map { to in others.first { $0.user.sockId == to } } ?? others.first
        if let receiver { send(message, to: receiver.session) }
    }

    private mutating func listChanged(now: Instant) {
        listDue = min(listDue, max(now, (listedAt ?? now) + (listedAt == nil ? .zero : limits.listInterval)))
    }

    private mutating func sendList(now: Instant) {
        listDue = .distantFuture
        listedAt = now
        let message = ServerMessage.kiosks(kiosks.list(epoch: epoch))
        for client in clients.values where client.isWatching { send(message, to: client.socket.session) }
    }

    private mutating func send(_ message: ServerMessage, to session: String) {
        outputs.append(.send(session: session, .event(message.event, message.arguments)))
    }

    private mutating func broadcast(_ message: ServerMessage, to members: [Rooms.Member]) {
        for member in members { send(message, to: member.session) }
    }
}
