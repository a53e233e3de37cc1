import LinuxIO
import MediaControl
import PeerConnection
import Primitives
import TLS

/// Connections to relays that are not reached by UDP, and with other sides that are not.
extension NetworkLoop {
    mutating func openStream(_ request: StreamRequest, of peer: Peer) {
        do throws(SystemError) {
            let stream: any ByteStream
            switch request.security {
            case .none:
                stream = try TCPStream(
                    connectingTo: request.remote, from: request.local.map { TransportAddress($0, port: 0) })
            case .tls(let name):
                guard let authorities = state.authorities.value else {
                    throw SystemError(errno: 2, operation: "trust anybody")
                }
                stream = try TLSStream(connectingTo: request.remote, name: name, authorities: authorities)
            }
            guard let place = peer.keep(stream, request.number, slots: state.pools.packets.slotCount) else {
                stream.close(in: set)
                return peer.connection.streamClosed(request.number, now: MonotonicClock.now())
            }
            try stream.register(in: set, tag: Self.tag(peer.number, stream: place))
            stream.progress()
            try stream.updateInterest(in: set)
        } catch {
            endStream(request.number, of: peer)
            peer.connection.streamClosed(request.number, now: MonotonicClock.now())
        }
    }

    /// Listens at `address` for the other side, in the range of ports that the site's firewall lets through.
    mutating func listen(at address: IPAddress, for peer: Peer) {
        guard peer.connection.acceptsConnections,
            !peer.listeners.contains(where: { $0?.localAddress.address == address })
        else { return }
        // Without it there is one way less, which is no reason to do without the others.
        guard let listener = openListener(address), let place = peer.keep(listener),
            (try? set.add(listener.raw, tag: Self.tag(peer.number, listener: place))) != nil
        else { return }
        peer.connection.addLocalListener(listener.localAddress, now: MonotonicClock.now())
    }

    private mutating func openListener(_ address: IPAddress) -> TCPListener? {
        guard let ports = settings.ports else { return try? TCPListener(binding: TransportAddress(address, port: 0)) }
        return try? TCPListener(
            binding: address, ports: ports, startingAt: UInt16.random(in: ports, using: &random))
    }

    /// Takes what has connected, or closes it at once where the session wants no more.
    mutating func accept(_ place: Int, of peer: Peer) {
        for _ in 0..<Self.acceptsAtOnce {
            guard let stream = peer.listeners[place]?.accept() else { return }
            let now = MonotonicClock.now()
            guard
                let number = peer.connection.accept(
                    from: stream.remoteAddress, at: stream.localAddress, now: now)
            else { continue }
            guard let kept = peer.keep(stream, number, slots: state.pools.packets.slotCount),
                (try? stream.register(in: set, tag: Self.tag(peer.number, stream: kept))) != nil
            else {
                endStream(number, of: peer)
                peer.connection.streamClosed(number, now: now)
                continue
            }
        }
        drain(peer)
    }
    private static let acceptsAtOnce = 8

    func endListener(_ place: Int, of peer: Peer) {
        if let listener = peer.listeners[place] { set.remove(listener.raw) }
        peer.listeners[place] = nil
    }

    /// What waits too long for the stream is lost, as on any network.
    mutating func write(
        _ packet: consuming PooledBuffer, _ content: DatagramContent, to number: StreamNumber, of peer: Peer
    ) {
        guard let place = peer.place(of: number), let link = peer.streams[place] else { return }
        link.send(packet, content, now: MonotonicClock.now())
        try? link.stream.updateInterest(in: set)
    }

    /// Forgets a stream.
    mutating func endStream(_ number: StreamNumber, of peer: Peer) {
        guard let place = peer.place(of: number) else { return }
        peer.streams[place]?.stream.close(in: set)
        peer.streams[place] = nil
    }

    /// The set found a stream ready.
    mutating func readStream(_ place: Int, of peer: Peer) {
        guard let link = peer.streams[place] else { return }
        let (number, stream) = (link.number, link.stream)
        link.progress(now: MonotonicClock.now())
        var more = true
        while more {
            more = stream.receive { bytes in
                peer.connection.receive(bytes, on: number, at: MonotonicClock.now())
                return bytes.byteCount
            }
            drain(peer)
        }
        if case .closed = stream.state {
            endStream(number, of: peer)
            peer.connection.streamClosed(number, now: MonotonicClock.now())
            drain(peer)
        } else {
            try? stream.updateInterest(in: set)
        }
        peer.flush()
    }
}
