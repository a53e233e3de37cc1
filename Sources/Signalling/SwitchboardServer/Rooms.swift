import SignallingMessages

/// Who is in which room, in the order they came.
struct Rooms: Sendable {
    struct Member: Hashable, Sendable {
        var user: User
        /// The Engine.IO session to reach it by.
        var session: String
    }

    private var rooms: [String: [Member]] = [:]
    private var roomOf: [String: String] = [:]

    /// Everyone in `room`.
    func members(of room: String) -> [Member] { rooms[room] ?? [] }

    /// The room and the entry of the user with this socket id.
    func member(sockId: String) -> Member? {
        roomOf[sockId].flatMap { rooms[$0]?.first { $0.user.sockId == sockId } }
    }

    func others(in room: String, than sockId: String) -> [Member] {
        members(of: room).filter { $0.user.sockId != sockId }
    }

    var count: Int { rooms.count }

    /// The caller has seen to it that the user is in no room yet.
    mutating func join(_ member: Member) {
        rooms[member.user.roomId, default: []].append(member)
        roomOf[member.user.sockId] = member.user.roomId
    }

    /// Takes a user out of its room; the entry it had.
    mutating func leave(sockId: String) -> Member? {
        guard let room = roomOf.removeValue(forKey: sockId), var members = rooms[room],
            let index = members.firstIndex(where: { $0.user.sockId == sockId })
        else { return nil }
        let member = members.remove(at: index)
        rooms[room] = members.isEmpty ? nil : members
        return member
    }
}
