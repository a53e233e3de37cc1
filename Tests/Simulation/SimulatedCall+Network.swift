import PeerConnection
import Primitives

extension SimulatedCall {
    /// What a side's firewall lets out.
    public struct Firewall: Sendable {
        public var passesUDP = true
        /// Ports that connections may be made to; nil for all.
        public var streamPorts: Set<UInt16>?
        public init() {}
    }

    /// A datagram that a side's socket at `from` sent: through its NAT, to the other side, a server or a relayed address.
    func route(_ bytes: [UInt8], by side: Side, from: TransportAddress, to: TransportAddress) {
        guard firewalls[side.rawValue].passesUDP, from.address.family == to.address.family else { return }
        let source = nats[side.rawValue]?.outbound(from, to: to, now: now) ?? from
        deliver(bytes, by: side, from: source, to: to)
    }

    /// A datagram on the open network.
    private func deliver(_ bytes: [UInt8], by side: Side, from: TransportAddress, to: TransportAddress) {
        if let index = servers.firstIndex(where: { $0.address == to }) {
            carry(bytes.count, by: side, isHalfWay: true) { .toServer(index, bytes, .init(from)) }
        } else if let index = servers.firstIndex(where: { $0.owns(to) }) {
            carry(bytes.count, by: side, isHalfWay: true) { .toRelayed(index, bytes, from: from, at: to) }
        } else if reaches(to, other(side)) {
            carry(bytes.count, by: side) { .datagram(to: self.other(side), bytes, from: from, at: to) }
        }
    }

    private func reaches(_ address: TransportAddress, _ side: Side) -> Bool {
        if let nat = nats[side.rawValue] { return nat.publicAddress == address.address }
        return self[side].addresses.contains(address)
    }

    /// The socket that a datagram on the open network is for, if the NAT before it lets it through.
    func inside(_ side: Side, _ address: TransportAddress, from: TransportAddress) -> TransportAddress? {
        guard firewalls[side.rawValue].passesUDP else { return nil }
        guard let nat = nats[side.rawValue] else {
            return self[side].addresses.contains(address) ? address : nil
        }
        return nat.inbound(address, from: from, now: now)
    }

    func handle(_ outputs: [SimulatedTURNServer.Output], of index: Int) {
        for output in outputs {
            switch output {
            case .toClient(let client, let bytes): answer(bytes, client, of: index)
            case .toPeer(let bytes, let from, let to):
                if let other = servers.firstIndex(where: { $0.owns(to) }) {
                    at(now) { $0.handle($0.servers[other].receive(bytes, from: from, at: to, now: $0.now), of: other) }
                } else {
                    for side in Side.allCases where reaches(to, side) {
                        carry(bytes.count, by: other(side), isHalfWay: true) {
                            .datagram(to: side, bytes, from: from, at: to)
                        }
                    }
                }
            }
        }
    }

    private func answer(_ bytes: [UInt8], _ client: SimulatedTURNServer.Client, of index: Int) {
        let server = servers[index]
        if client.isStream {
            guard let (side, number) = streams.first(where: { $0.value.client == client })?.key.parts else { return }
            // In two pieces, cut anywhere: a stream has no messages.
            let bytes = damaged(bytes)
            let cut = Int.random(in: 0...bytes.count, using: &random)
            for piece in [Array(bytes.prefix(cut)), Array(bytes.dropFirst(cut))] where !piece.isEmpty {
                pushStream(.streamBytes(side, number, piece), side)
            }
        } else {
            for side in Side.allCases where reaches(client.address, side) {
                carry(bytes.count, by: other(side), isHalfWay: true) {
                    .datagram(to: side, bytes, from: server.address, at: client.address)
                }
            }
        }
    }

    /// Streams lose nothing and keep their order.
    private func pushStream(_ happening: Happening, _ side: Side) { push(now + conditions.delay / 2, happening) }

    func handleStreams(of side: Side) {
        let actions = self[side].streamActions
        self[side].streamActions.removeAll()
        for action in actions {
            switch action {
            case .open(let request) where self[other(side)].listeners.contains(request.remote):
                open(request, by: side)
            case .open(let request):
                connectionsToServers[side.rawValue] += 1
                let index = servers.firstIndex { $0.streamAddresses.contains(request.remote) && !$0.isDead }
                let isOpen = firewalls[side.rawValue].streamPorts?.contains(request.remote.port) ?? true
                guard let index, isOpen else {
                    pushStream(.streamClosed(side, request.number), side)
                    continue
                }
                let address = nats[side.rawValue]?.publicAddress ?? IPAddress(ipv4: 0x0A00_0063 + UInt32(side.rawValue))
                let port = UInt16(truncatingIfNeeded: 30_000 + request.number.rawValue)
                let client = SimulatedTURNServer.Client(TransportAddress(address, port: port), isStream: true)
                streams[StreamKey(side, request.number)] = SimulatedStream(server: index, client: client)
            case .write(let bytes, let number):
                let key = StreamKey(side, number)
                if let end = connections[key] {
                    wroteToPeer?(side, bytes)
                    if let end { carry(bytes, to: end) } else { waiting[key, default: []] += bytes }
                    continue
                }
                guard var stream = streams[key] else { continue }
                stream.received += bytes
                while let message = stream.nextMessage() {
                    pushStream(.toServer(stream.server, message, stream.client), side)
                }
                streams[key] = stream
            case .close(let number):
                streams[StreamKey(side, number)] = nil
                closeConnection(StreamKey(side, number))
            }
        }
    }

    /// Cuts every stream of a side's, as a server does that dies.
    public func breakStreams(of side: Side) {
        for key in streams.keys where key.parts.0 == side {
            streams[key] = nil
            push(now, .streamClosed(side, key.parts.1))
        }
        for key in connections.keys where key.parts.0 == side {
            closeConnection(key)
            push(now, .streamClosed(side, key.parts.1))
        }
    }
}

struct StreamKey: Hashable {
    let side: Int
    let number: StreamNumber
    init(_ side: SimulatedCall.Side, _ number: StreamNumber) { (self.side, self.number) = (side.rawValue, number) }
    var parts: (SimulatedCall.Side, StreamNumber) { (side == 0 ? .caller : .callee, number) }
}

/// A connection to a server, and what has come there of the next message.
struct SimulatedStream {
    let server: Int
    let client: SimulatedTURNServer.Client
    var received: [UInt8] = []

    init(server: Int, client: SimulatedTURNServer.Client) { (self.server, self.client) = (server, client) }

    mutating func nextMessage() -> [UInt8]? {
        guard received.count >= 4 else { return nil }
        let size = Int(received[2]) << 8 | Int(received[3])
        let whole = received[0] < 0x40 ? 20 + size : (4 + size + 3) & ~3
        guard received.count >= whole else { return nil }
        let message = Array(received.prefix(whole))
        received.removeFirst(whole)
        return message
    }
}
