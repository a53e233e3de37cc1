import LinuxIO
import MediaControl
import PeerConnection
import Primitives

/// One session and its sockets. Owned by the network thread.
///
/// Each session has sockets of its own, one for each usable address of the host: which session a datagram is for then
/// follows from the socket, and what still comes for one that has ended meets a closed port.
final class Peer {
    let number: PeerNumber
    /// Which of the engine's places this peer has, from 0.
    let index: Int
    var connection: PeerConnection
    /// In places that stay: a socket whose address is gone leaves its place empty.
    var sockets: [UDPSocket?]
    /// Connections to relays and with the other side.
    var streams: [PeerLink?] = Array(repeating: nil, count: 32)
    /// Where the other side may connect to; places as those of sockets.
    var listeners: [TCPListener?] = []
    private static let maximumSockets = 16
    /// What the host would have sent from when its routes last changed.
    var source: IPAddress?
    /// When `connection` wants to be advanced.
    var deadline = Instant.zero
    /// Frames that are not key frames are of no use to a peer that has not had one.
    var hasHadKeyFrame = false
    /// A frame of the peer's was lost here; what follows it cannot be decoded.
    var waitsForKeyFrame = true
    var targetBitrate: Int
    /// The other side has said goodbye; what the session then says of its paths is of no more interest.
    var isLeft = false

    init(
        number: PeerNumber, index: Int, connection: consuming PeerConnection, sockets: [UDPSocket], targetBitrate: Int
    ) {
        self.number = number
        self.index = index
        self.connection = connection
        self.sockets = sockets
        self.targetBitrate = targetBitrate
    }

    var isConnected: Bool { !isLeft && connection.connectionState == .connected }
    var takesVideo: Bool { isConnected && connection.videoFlow.sends }
    var takesAudio: Bool { isConnected && connection.audioFlow.sends }

    func socket(bound address: TransportAddress) -> UDPSocket? {
        for case let socket? in sockets where socket.localAddress == address { return socket }
        return nil
    }

    /// Where the socket or listener is kept from now on; nil if there are too many.
    func keep(_ socket: UDPSocket) -> Int? { Self.keep(socket, in: &sockets) }
    func keep(_ listener: TCPListener) -> Int? { Self.keep(listener, in: &listeners) }

    private static func keep<Kept: AnyObject>(_ kept: Kept, in places: inout [Kept?]) -> Int? {
        if let free = places.firstIndex(where: { $0 == nil }) {
            places[free] = kept
            return free
        }
        guard places.count < maximumSockets else { return nil }
        places.append(kept)
        return places.count - 1
    }

    /// - Parameter slots: of the packet pool.
    func keep(_ stream: any ByteStream, _ number: StreamNumber, slots: Int) -> Int? {
        guard let free = streams.firstIndex(where: { $0 == nil }) else { return nil }
        streams[free] = PeerLink(stream, number, slots: slots)
        return free
    }

    /// Datagrams that waited for a connection in vain.
    func unsent(_ content: DatagramContent) -> UInt64 {
        streams.reduce(0) { $0 &+ ($1?.lost(content) ?? 0) }
    }
    var unsentByStreams: UInt64 {
        streams.reduce(unsent(.control) &+ unsent(.sound) &+ unsent(.pictures)) { $0 &+ ($1?.stream.unsent.count ?? 0) }
    }

    func place(of number: StreamNumber) -> Int? {
        for place in streams.indices where streams[place]?.number == number { return place }
        return nil
    }

    func flush() { for case let socket? in sockets { socket.flush() } }
}
