package import NIOCore
package import Primitives
package import SocketIO
import Synchronization

/// Joins a `SocketIOServerMachine` to WebSockets and waiting requests. Any thread may call it.
///
/// One lock holds all of it: messages are few and small, and what is done under the lock only queues work on event loops,
/// so that the order of the machine's effects is the order in which they are written.
package final class SocketIOEndpoint<Application: SocketIOApplication>: Sendable {
    private struct State: ~Copyable {
        var machine: SocketIOServerMachine<Application>
        var channels: [UInt64: any Channel] = [:]
        var polls: [UInt64: Poll] = [:]
        var pollOf: [ObjectIdentifier: UInt64] = [:]
        /// Connections whose client has ended its side, until they are closed.
        var ended: Set<ObjectIdentifier> = []
        var nextID: UInt64 = 0
        var wakeUp: Scheduled<Void>?
        var wakeUpAt = Instant.distantFuture
        var isClosed = false

        init(machine: SocketIOServerMachine<Application>) { self.machine = machine }

        mutating func abortPoll(on connection: ObjectIdentifier, now: Instant) {
            guard let id = pollOf[connection], let sid = polls[id]?.sid else { return }
            machine.pollAborted(id, sid: sid, now: now)
            endPoll(id)?.resume(returning: .failure(.unknownSession))
        }

        mutating func endPoll(_ id: UInt64) -> CheckedContinuation<Result<String, SocketIORefusal>, Never>? {
            guard let poll = polls.removeValue(forKey: id) else { return nil }
            if pollOf[poll.connection] == id { pollOf[poll.connection] = nil }
            return poll.continuation
        }

        mutating func newID() -> UInt64 {
            defer { nextID += 1 }
            return nextID
        }
    }

    /// A GET that waits.
    private struct Poll {
        var continuation: CheckedContinuation<Result<String, SocketIORefusal>, Never>
        var sid: String
        var connection: ObjectIdentifier
    }

    package let settings: SocketIOServerSettings
    private let eventLoop: any EventLoop
    private let state: Mutex<State>

    package init(
        _ application: Application, settings: SocketIOServerSettings, eventLoop: any EventLoop,
        random: RandomSource = .system
    ) {
        (self.settings, self.eventLoop) = (settings, eventLoop)
        state = Mutex(State(machine: SocketIOServerMachine(application, settings: settings, random: random)))
    }

    package static var now: Instant { Instant(nanoseconds: Int64(clamping: NIODeadline.now().uptimeNanoseconds)) }

    package var sessionCount: Int { state.withLock { $0.machine.sessionCount } }

    package func openPolling(version: EngineIOVersion, address: String) throws(SocketIORefusal) -> String {
        try perform { (state, now) throws(SocketIORefusal) in
            guard !state.isClosed else { throw SocketIORefusal.tooManySessions }
            return try state.machine.openPolling(version: version, address: address, now: now)
        }
    }

    /// Waits for what answers a GET that came on `connection`.
    package func poll(
        sid: String, version: EngineIOVersion, connection: any Channel
    ) async -> Result<String, SocketIORefusal> {
        await withCheckedContinuation { continuation in
            perform { state, now in
                let id = state.newID()
                state.polls[id] = Poll(continuation: continuation, sid: sid, connection: ObjectIdentifier(connection))
                state.pollOf[ObjectIdentifier(connection)] = id
                do throws(SocketIORefusal) {
                    try state.machine.pollRequested(id, sid: sid, version: version, now: now)
                } catch {
                    state.endPoll(id)?.resume(returning: .failure(error))
                }
                if state.ended.contains(ObjectIdentifier(connection)) || !connection.isActive {
                    state.abortPoll(on: ObjectIdentifier(connection), now: now)
                }
            }
        }
    }

    /// The client has ended its side of a connection that carries requests: whoever waits on it has gone.
    package func connectionEnded(_ connection: any Channel) {
        perform { state, now in
            state.ended.insert(ObjectIdentifier(connection))
            state.abortPoll(on: ObjectIdentifier(connection), now: now)
        }
    }

    /// A connection that carried requests is no more.
    package func connectionClosed(_ connection: any Channel) {
        perform { state, now in
            state.ended.remove(ObjectIdentifier(connection))
            state.abortPoll(on: ObjectIdentifier(connection), now: now)
        }
    }

    package func post(_ body: [UInt8], sid: String, version: EngineIOVersion) throws(SocketIORefusal) {
        try perform { (state, now) throws(SocketIORefusal) in
            try state.machine.posted(body, sid: sid, version: version, now: now)
        }
    }

    package func admitsWebSocket(sid: String?, version: EngineIOVersion) -> Bool {
        state.withLock { state in
            !state.isClosed && (try? state.machine.admits(sid: sid, version: version)) != nil
        }
    }

    /// Takes a WebSocket into the server; its number for the two calls that follow.
    package func webSocketOpened(
        _ channel: any Channel, sid: String?, version: EngineIOVersion, address: String
    ) -> UInt64 {
        perform { state, now in
            let id = state.newID()
            state.channels[id] = channel
            state.machine.webSocketOpened(id, sid: sid, version: version, address: address, now: now)
            return id
        }
    }

    package func webSocketReceived(_ id: UInt64, _ frame: EngineIOFrame) {
        perform { state, now in state.machine.webSocketReceived(id, frame, now: now) }
    }

    package func webSocketClosed(_ id: UInt64) {
        perform { state, now in
            state.channels[id] = nil
            state.machine.webSocketClosed(id, now: now)
        }
    }

    /// Ends every session and takes no more.
    package func close() {
        perform { state, now in
            state.isClosed = true
            state.machine.closeAll(now: now)
        }
    }

    @discardableResult
    private func perform<Result, Failure: Error>(
        _ body: (inout State, Instant) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try state.withLock { state throws(Failure) in
            // What the input has caused happens also where it is refused in the end.
            defer { carryOut(&state) }
            return try body(&state, Self.now)
        }
    }

    private func carryOut(_ state: inout State) {
        while let effect = state.machine.poll() {
            switch effect {
            case .send(let id, let frame):
                guard let channel = state.channels[id] else { continue }
                channel.eventLoop.execute { channel.writeAndFlush(frame, promise: nil) }
            case .close(let id):
                guard let channel = state.channels.removeValue(forKey: id) else { continue }
                channel.eventLoop.execute { channel.close(promise: nil) }
            case .answer(let id, let body): state.endPoll(id)?.resume(returning: .success(body))
            }
        }
        arm(&state)
    }

    private func arm(_ state: inout State) {
        let deadline = state.machine.deadline
        guard deadline != state.wakeUpAt else { return }
        state.wakeUp?.cancel()
        (state.wakeUp, state.wakeUpAt) = (nil, deadline)
        guard deadline != .distantFuture else { return }
        let at = NIODeadline.uptimeNanoseconds(UInt64(max(0, deadline.nanoseconds)))
        state.wakeUp = eventLoop.scheduleTask(deadline: at) { [weak self] in
            self?.perform { state, now in
                state.wakeUpAt = .distantFuture
                state.machine.advance(to: now)
            }
        }
    }
}
