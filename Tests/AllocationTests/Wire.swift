import PeerConnection
import Primitives
import STUN
import Simulation

/// What is between the two: nothing, a relay, or connections. What goes in channels takes nothing from the heap here either;
/// everything else that a relay is asked is answered by the simulated one, and counted.
final class Wire {
    static let listener = TransportAddress(IPAddress(ipv4: 0x0A00_0002), port: 50_000)
    private static let relayAddress = TransportAddress(IPAddress(ipv4: 0x0A00_0003), port: 3478)

    /// One side's, by which it is known to the other.
    private final class Line {
        let end: End
        let client: SimulatedTURNServer.Client
        var stream: StreamNumber?
        /// Bound for the other side's relayed address; 0 before that.
        var channel: UInt16 = 0

        init(_ end: End, isStream: Bool) {
            self.end = end
            client = .init(end.address, isStream: isStream)
        }
    }

    /// What the relay was asked beside what goes in channels.
    private(set) var answers = 0
    private let way: Way
    private let relay = SimulatedTURNServer(address: relayAddress)
    private let lines: [Line]
    private let caller: End

    init(_ way: Way, caller: End, callee: End) {
        (self.way, self.caller) = (way, caller)
        lines = [Line(caller, isStream: way == .relayByStream), Line(callee, isStream: way == .relayByStream)]
    }

    static func server(byStream: Bool) -> ICEServer {
        let relay = SimulatedTURNServer(address: relayAddress)
        return ICEServer(
            scheme: .turn, address: relayAddress, transport: byStream ? .tcp : .udp, username: relay.username,
            credential: relay.password)
    }

    private func line(of end: End) -> Line { lines[end === caller ? 0 : 1] }

    /// Makes the connections that are asked for.
    func connect(now: Instant) {
        for line in lines {
            while let request = line.end.requests.popLast() {
                line.stream = request.number
                guard way == .connection, line.end === caller else { continue }
                let from = TransportAddress(line.end.address.address, port: 35_000)
                lines[1].stream = lines[1].end.peer.accept(from: from, at: Self.listener, now: now)
            }
        }
    }

    func carry(_ datagram: borrowing Datagram, from: End, to: End, now: Instant) {
        switch way {
        case .direct: to.receive(datagram, now: now)
        case .relay: relay(datagram.packet, line(of: from), line(of: to), now)
        case .relayByStream, .connection: break  // no datagram passes
        }
    }

    func carry(_ written: borrowing Written, from: End, to: End, now: Instant) {
        switch way {
        case .relayByStream: relay(written.packet, line(of: from), line(of: to), now)
        case .connection: if let stream = line(of: to).stream { to.receive(written.packet, on: stream, now: now) }
        case .direct, .relay: break
        }
    }

    private func relay(_ packet: borrowing PooledBuffer, _ from: Line, _ to: Line, _ now: Instant) {
        if from.channel != 0, to.channel != 0, packet.bytes.bigEndian(UInt16.self, at: 0) == from.channel,
            var copy = try? to.end.packets.take()
        {
            copy.copy(from: packet.bytes)
            var bytes = copy.mutableBytes
            bytes.setBigEndian(to.channel, at: 0)
            return deliver(copy, to, now)
        }
        answers += 1
        noteChannel(packet.bytes, from)
        handle(relay.receive(packet.bytes.toArray(), from: from.client, now: now), now)
    }

    private func noteChannel(_ bytes: RawSpan, _ line: Line) {
        guard let message = try? STUNMessage(bytes), message.method == .channelBind, let number = message.channelNumber
        else { return }
        line.channel = number
    }

    private func handle(_ outputs: [SimulatedTURNServer.Output], _ now: Instant) {
        for output in outputs {
            switch output {
            case .toClient(let client, let bytes):
                for line in lines where line.client == client {
                    guard var packet = try? line.end.packets.take() else { continue }
                    packet.copy(from: bytes.span.bytes)
                    deliver(packet, line, now)
                }
            case .toPeer(let bytes, let from, let to): handle(relay.receive(bytes, from: from, at: to, now: now), now)
            }
        }
    }

    private func deliver(_ packet: borrowing PooledBuffer, _ line: Line, _ now: Instant) {
        if way == .relay {
            line.end.receive(packet, from: Self.relayAddress, now: now)
        } else if let stream = line.stream {
            line.end.receive(packet, on: stream, now: now)
        }
    }
}
