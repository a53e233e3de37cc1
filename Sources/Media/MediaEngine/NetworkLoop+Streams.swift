import LinuxIO
import MediaControl
import PeerConnection
import Primitives
import TLS

/// Connections to relays that are not reached by UDP.
extension NetworkLoop {
    mutating func openStream(_ request: StreamRequest, of peer: Peer) {
        do throws(SystemError) {
            let stream: any ByteStream
            switch request.security {
            case .none: stream = try TCPStream(connectingTo: request.remote)
            case .tls(let name):
                guard let authorities = state.authorities.value else {
                    throw SystemError(errno: 2, operation: "trust anybody")
                }
                stream = try TLSStream(connectingTo: request.remote, name: name, authorities: authorities)
            }
            guard let place = peer.keep(stream, request.number) else {
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

    /// What finds no room in the stream's queue is lost, as on any network.
    mutating func write(_ packet: borrowing PooledBuffer, to number: StreamNumber, of peer: Peer) {
        guard let place = peer.place(of: number), let stream = peer.streams[place]?.stream else { return }
        stream.send(packet.bytes)
        try? stream.updateInterest(in: set)
    }

    /// Forgets a stream.
    mutating func endStream(_ number: StreamNumber, of peer: Peer) {
        guard let place = peer.place(of: number) else { return }
        peer.streams[place]?.stream.close(in: set)
        peer.streams[place] = nil
    }

    /// The set found a stream ready.
    mutating func readStream(_ place: Int, of peer: Peer) {
        guard let (number, stream) = peer.streams[place].map({ ($0.number, $0.stream) }) else { return }
        stream.progress()
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
