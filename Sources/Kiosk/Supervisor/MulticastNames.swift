import LinuxIO
import MulticastDNS
public import Primitives
import Synchronization

/// Answers the local networks' questions for the names that it was given, on a thread that lives as long as they do.
public final class MulticastNames: NameService {
    private struct State {
        var responder = MulticastDNSResponder()
        var thread: (signal: EventFD, isOver: Flag)?
    }
    private final class Flag: Sendable {
        let isSet = Atomic(false)
    }
    private let state = Mutex(State())

    public init() {}
    deinit { withdraw() }

    public func publish(_ name: String, _ address: IPAddress) {
        state.withLock { state in
            guard state.responder.add(name, address) else { return }
            if let (signal, _) = state.thread { return signal.signal() }
            guard let signal = try? EventFD() else { return }
            let isOver = Flag()
            let made = try? MediaThread(name: "mdns") { [weak self] in Self.serve(signal, isOver) { self } }
            if made != nil { state.thread = (signal, isOver) }
        }
    }

    public func withdraw() {
        let thread = state.withLock { state in
            defer { state = State() }
            return state.thread
        }
        thread?.isOver.isSet.store(true, ordering: .releasing)
        thread?.signal.signal()
    }

    /// Interfaces on which is answered, at the most.
    private static let socketLimit = 8

    private static func serve(_ signal: EventFD, _ isOver: Flag, _ owner: () -> MulticastNames?) {
        guard var set = try? EpollSet(), (try? set.add(signal, tag: 0)) != nil else { return }
        let pool = BufferPool(slotCount: 64, slotSize: MulticastDNSQuery.maximumSize)
        var sockets: [(address: IPAddress, socket: UDPSocket)] = []
        var opened = Instant.zero
        while !isOver.isSet.load(ordering: .acquiring) {
            // An address may have come since; a look a second is enough.
            if MonotonicClock.now() - opened >= .seconds(1) {
                open(&sockets, set)
                opened = MonotonicClock.now()
            }
            guard (try? set.wait(timeout: .seconds(30))) != nil else { return }
            for (_, socket) in sockets {
                var replies: [MulticastDNSResponder.Reply] = []
                while socket.receive(
                    into: pool,
                    { packet, source, _ in
                        if let reply = owner()?.reply(to: packet.bytes, source) { replies.append(reply) }
                    })
                {}
                for reply in replies {
                    guard var packet = try? pool.take() else { continue }
                    packet.copy(from: reply.bytes.span.bytes)
                    socket.send(packet, to: reply.destination)
                }
                socket.flush()
            }
        }
    }

    private func reply(to message: RawSpan, _ source: TransportAddress) -> MulticastDNSResponder.Reply? {
        state.withLock { $0.responder.reply(to: message, from: source, now: MonotonicClock.now()) }
    }

    /// A socket for each IPv4 address of this host.
    private static func open(_ sockets: inout [(address: IPAddress, socket: UDPSocket)], _ set: borrowing EpollSet) {
        guard let own = try? NetworkInterfaces.addresses(includingLoopback: false) else { return }
        for (_, socket) in sockets.filter({ known in !own.contains { $0.address == known.address } }) {
            set.remove(socket.raw)
        }
        sockets.removeAll { known in !own.contains { $0.address == known.address } }
        for entry in own where entry.address.family == .ipv4 && sockets.count < socketLimit {
            guard !sockets.contains(where: { $0.address == entry.address }),
                let socket = try? UDPSocket(joining: MulticastDNSQuery.group, onInterfaceOf: entry.address),
                (try? set.add(socket.raw, tag: 1)) != nil
            else { continue }
            sockets.append((entry.address, socket))
        }
    }
}
