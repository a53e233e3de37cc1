import Primitives
import SignallingMessages
import SocketIO

extension SignallingMachine {
    /// Socket.IO is up; the server's own greeting follows, or has been waiting.
    mutating func namespaceConnected(sid: String?, now: Instant) {
        offeredSid = sid
        // A port of the ancestor that leaves connectionSuccess out is still usable by the sid.
        timers[.socketId] = now + .seconds(3)
    }

    /// The server has told this connection's id.
    mutating func enter(as id: String, now: Instant) {
        guard socketId == nil else { return }
        socketId = id
        timers.stop(.socketId)
        timers.stop(.handshake)
        connectedAt = now
        server = welcomed == nil ? .ancestor : .callpoint
        if case .open(let connection) = link { version = connection.version }
        let engine = Int64(version.rawValue)
        remember { $0.engine = engine }
        outputs.append(.event(.connected(server: server)))
        sendPresence(now: now)
        if let old = memory.lastSelf, old.sockId != id { send(.userLeave(old)) }
        checkRoom(now: now)
    }

    /// Asks to join, once at a time: the ancestor adds whoever asks twice twice.
    mutating func checkRoom(now: Instant) {
        guard socketId != nil, room != .checking, room != .joined else { return }
        room = .checking
        timers[.join] = now + configuration.timing.handshake
        // Before it is said, so that a process killed in between still knows.
        let me = me
        remember { $0.lastSelf = me }
        send(.checkRoom(me))
    }

    mutating func roomChecked(_ users: [User], now: Instant) {
        guard room == .checking else { return }
        let ghosts = users.filter { $0.userName == userName && $0.sockId != socketId }
        let capacity = server == .callpoint ? Int(clamping: welcomed ?? 16) : 2
        let isFull = users.count >= capacity
        if !ghosts.isEmpty, evictions < 3 {
            evictions += 1
            for ghost in ghosts.prefix(4) {
                send(.userLeave(User(userName: userName, roomId: configuration.room, sockId: ghost.sockId)))
            }
            // Where the room was not full the server has added us; only a refused request may be repeated.
            if isFull {
                room = .outside
                checkRoom(now: now)
            }
            return
        }
        if isFull { retryRoom(as: .full, now: now) }
    }

    mutating func roomJoined(_ users: [User], now: Instant) {
        guard users.contains(where: { $0.sockId == socketId }) else { return roomChanged(users, now: now) }
        let newcomers = update(others: users)
        if room == .joined {
            outputs.append(.event(.users(others)))
        } else {
            room = .joined
            roomAttempts = 0
            timers.stop(.join)
            timers.stop(.room)
            outputs.append(.event(.joined(others)))
        }
        sayFarewell(now: now)
        announceCall(to: newcomers)
    }

    mutating func roomChanged(_ users: [User], now: Instant) {
        guard room == .joined else { return }
        let stillIn = users.contains { $0.sockId == socketId }
        _ = update(others: users)
        outputs.append(.event(.users(others)))
        if let offer = openOffer, others.isEmpty || offer.to.map({ !isPresent($0) }) ?? false { stopOffer() }
        // Someone of our name has had us removed. Come back later, and do not answer in kind.
        if !stillIn {
            evictions = 3
            retryRoom(as: .outside, now: now)
        }
    }

    func isPresent(_ sockId: String) -> Bool { others.contains { $0.sockId == sockId } }

    private mutating func retryRoom(as state: RoomState, now: Instant) {
        room = state
        timers.stop(.join)
        let pause = min(Interval.seconds(30), Interval.seconds(2) * (1 << Int64(min(roomAttempts, 8))))
        roomAttempts += 1
        timers[.room] = now + pause
        if state == .full { outputs.append(.event(.roomFull(retryIn: pause))) }
    }

    /// Sets the others, each socket once, and returns those who were not there before.
    private mutating func update(others users: [User]) -> [User] {
        let before = Set(others.map(\.sockId))
        var seen: Set<String> = []
        others = users.filter { $0.sockId != socketId && seen.insert($0.sockId).inserted }
        return others.filter { !before.contains($0.sockId) }
    }
}
