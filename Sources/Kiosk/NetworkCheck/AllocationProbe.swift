import LinuxIO
import Primitives
import TLS
import TURN

/// One allocation on a relay, asked for with credentials and given back at once: whether the relay lets us in.
///
/// The way is known to be open. Nothing is relayed, and no peer is named.
struct AllocationProbe {
    let credentials: TURNCredentials
    let patience: Interval
    /// Nil without TLS.
    let tls: (name: String, authorities: TLSAuthorities)?
    let isOver: @Sendable () -> Bool

    /// A server may send us on to another (ALTERNATE-SERVER), which may again.
    private static let redirections = 2

    /// Blocks for `patience` at the most.
    func ask(at address: TransportAddress, by transport: TURNTransport) -> NetworkReport.RelayAccess {
        let end = MonotonicClock.now() + patience
        var server = address
        for _ in 0...Self.redirections {
            let exchange = Exchange(credentials, server, transport)
            do throws(SystemError) {
                switch transport {
                case .datagrams: try run(exchange, until: end)
                case .stream: try runStream(exchange, until: end)
                }
            } catch { return .silent }
            switch exchange.result {
            case .allocated?: return .granted
            case .failed(.refused(let code))?: return .refused(code)
            case .failed(.unauthorized)?: return .refused(401)
            case .redirected(let other)?: server = other
            case .failed?, nil: return .silent
            }
        }
        return .silent
    }

    private func run(_ exchange: Exchange, until end: Instant) throws(SystemError) {
        let socket = try UDPSocket(binding: TransportAddress(exchange.server.address.unspecified, port: 0))
        var set = try EpollSet()
        try set.add(socket.raw, tag: 0)
        while true {
            let next = exchange.drain { socket.send($0, to: exchange.server) }
            socket.flush()
            guard let pause = pause(exchange, next, end) else { return }
            try set.wait(timeout: pause)
            while socket.receive(
                into: exchange.packets,
                { packet, source, _ in
                    var packet = packet
                    if source == exchange.server { exchange.receive(&packet) }
                })
            {}
        }
    }

    private func runStream(_ exchange: Exchange, until end: Instant) throws(SystemError) {
        var set = try EpollSet()
        let stream: any ByteStream =
            if let tls {
                try TLSStream(connectingTo: exchange.server, name: tls.name, authorities: tls.authorities)
            } else { try TCPStream(connectingTo: exchange.server) }
        defer { stream.close(in: set) }
        try stream.register(in: set, tag: 0)
        var deframer = StreamDeframer(.turn, packets: exchange.packets)
        while true {
            stream.progress()
            var isBroken = false
            while stream.receive({ bytes in
                var offset = 0
                while true {
                    switch deframer.next(bytes, at: &offset) {
                    case .message(var packet): exchange.receive(&packet)
                    case .needsMore: return offset
                    case .broken:
                        isBroken = true
                        return bytes.byteCount
                    }
                }
            }), !isBroken {}
            if isBroken { return }
            let next = exchange.drain { packet in stream.send(packet.bytes) }
            // What was handed over for the release leaves with this.
            stream.progress()
            if case .closed = stream.state { return }
            guard let pause = pause(exchange, next, end) else { return }
            try stream.updateInterest(in: set)
            try set.wait(timeout: pause)
        }
    }

    /// How long to wait for the server; nil if nothing more is to be learnt.
    private func pause(_ exchange: Exchange, _ next: Instant, _ end: Instant) -> Interval? {
        let now = MonotonicClock.now()
        guard exchange.result == nil, now < end, !isOver() else { return nil }
        return max(.zero, min(min(next, end) - now, NetworkCheck.attention))
    }
}

/// The allocation and what has come of it. One thread's.
private final class Exchange {
    enum Result: Equatable {
        case allocated
        case failed(TURNError)
        case redirected(TransportAddress)
    }

    let server: TransportAddress
    let packets = BufferPool(slotCount: 40, slotSize: 1500)
    private(set) var result: Result?
    private var allocation: TURNAllocation

    init(_ credentials: TURNCredentials, _ server: TransportAddress, _ transport: TURNTransport) {
        self.server = server
        allocation = TURNAllocation(
            server: server, transport: transport, credentials: credentials, random: .system, packets: packets,
            now: MonotonicClock.now())
    }

    func receive(_ packet: inout PooledBuffer) { _ = allocation.receive(&packet, now: MonotonicClock.now()) }

    /// - Returns: when there is more to do.
    func drain(_ transmit: (consuming PooledBuffer) -> Void) -> Instant {
        allocation.advance(to: MonotonicClock.now())
        while true {
            switch allocation.poll() {
            case .transmit(let packet): transmit(packet)
            case .event(.allocated):
                result = .allocated
                // Says Refresh with a lifetime of 0, which the next round transmits.
                allocation.close(now: MonotonicClock.now())
            case .event(.failed(let error)): result = .failed(error)
            case .event(.redirected(let other)): result = .redirected(other)
            case .idle(let until): return until
            }
        }
    }
}

extension IPAddress {
    /// Any address of the same family.
    var unspecified: IPAddress { family == .ipv4 ? IPAddress(ipv4: 0) : IPAddress(ipv6High: 0, low: 0) }
}
