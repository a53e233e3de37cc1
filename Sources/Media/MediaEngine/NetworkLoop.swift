import DTLS
import LinuxIO
import MediaControl
import PeerConnection
import Primitives
import SRTP

/// The network thread: owns the sessions and their sockets, sends what encoder and microphone made to each of them, and
/// gives what comes in to decoder and playout. It never waits but in `epoll_wait`.
struct NetworkLoop: ~Copyable {
    let state: EngineState
    let certificate: DTLSCertificate
    var set: EpollSet
    var peers: [Peer] = []
    var random = RandomSource.system
    /// How sessions that are opened reach the other side.
    var settings = NetworkSettings()

    /// Tells of changes of this host's addresses and routes; nil where the kernel does not.
    let watch = try? AddressWatch()
    /// As last seen.
    var routes = (try? NetworkInterfaces.defaultRoutes()) ?? []

    static let signalTag = UInt64.max
    private static let watchTag = UInt64.max - 1
    /// Batches of 32 datagrams read from one socket before another has its turn.
    private static let fairness = 4

    init(_ state: EngineState, certificate: DTLSCertificate) throws(SystemError) {
        let set = try EpollSet()
        try set.add(state.networkSignal, tag: Self.signalTag)
        self.init(state, certificate, set)
    }

    private init(_ state: EngineState, _ certificate: DTLSCertificate, _ set: consuming EpollSet) {
        self.state = state
        self.certificate = certificate
        self.set = set
        peers.reserveCapacity(state.configuration.maximumPeers)
        if let watch { try? self.set.add(watch.raw, tag: Self.watchTag) }
    }

    mutating func run() {
        warmUp()
        while !state.stops {
            if peers.isEmpty { state.heartbeats.rest(.network) }
            // The only error that can be is a wrong descriptor, and there is none.
            try? set.wait(timeout: patience)
            let now = MonotonicClock.now()
            state.heartbeats.beat(.network, now: now)
            for i in 0..<set.count where set[i] != Self.signalTag {
                if set[i] == Self.watchTag { followNetwork() } else { readSocket(set[i]) }
            }
            obeyCommands()
            sendMedia()
            passOnKeyFrameRequest()
            advance()
            noteBacklog()
            state.allocations.note(.network)
        }
        // No goodbye: when kioskd has gone, the one that starts anew takes the call up again.
    }

    /// The first session of the process sets up the library behind SRTP, which takes longer than a whole handshake.
    private func warmUp() {
        let profile = SRTPProfile.aeadAES128GCM
        let key = [UInt8](repeating: 0, count: profile.keyingMaterialSize)
        _ = try? SRTPSession(profile: profile, keyingMaterial: key, direction: .outbound)
    }

    /// How long nothing is due, nil for ever. Nothing here is due to a fraction of a millisecond, so the wait itself
    /// keeps the time: a timer of its own would cost two more system calls for every packet.
    private var patience: Interval? {
        if peers.isEmpty { return nil }
        let now = MonotonicClock.now()
        // A session that waits for the other side has nothing due, and this thread must still be seen to live.
        var next = now + .seconds(1)
        for peer in peers { next = min(next, peer.deadline) }
        return max(.zero, next - now)
    }

    private mutating func readSocket(_ tag: UInt64) {
        guard let peer = peer(Self.number(of: tag)) else { return }
        let place = Self.place(of: tag)
        if place >= Self.firstListener {
            if peer.listeners.indices.contains(place - Self.firstListener) {
                accept(place - Self.firstListener, of: peer)
            }
        } else if place >= Self.firstStream {
            if peer.streams.indices.contains(place - Self.firstStream) {
                readStream(place - Self.firstStream, of: peer)
            }
        } else if peer.sockets.indices.contains(place), let socket = peer.sockets[place] {
            read(socket, of: peer)
        }
    }

    private mutating func read(_ socket: UDPSocket, of peer: Peer) {
        let local = socket.localAddress
        for _ in 0..<Self.fairness {
            let more = socket.receive(into: state.pools.packets) { packet, source, arrival in
                peer.connection.receive(packet, from: source, to: local, at: arrival)
            }
            drain(peer)
            guard more else { break }
        }
        peer.flush()
    }

    private mutating func advance() {
        let now = MonotonicClock.now()
        // A peer may be taken out while its outputs are worked off.
        var index = 0
        while index < peers.count {
            let peer = peers[index]
            if peer.deadline <= now {
                peer.connection.advance(to: now)
                drain(peer)
                peer.flush()
            }
            index += 1
        }
    }

    /// Does all that `peer` wants done.
    mutating func drain(_ peer: Peer) {
        while true {
            switch peer.connection.poll() {
            case .transmit(let packet, let from, let to): peer.socket(bound: from)?.send(packet, to: to)
            case .open(let request): openStream(request, of: peer)
            case .write(let packet, let number, let content): write(packet, content, to: number, of: peer)
            case .close(let number): endStream(number, of: peer)
            case .video(let frame): decode(frame, of: peer)
            case .audio(let packet): play(packet, of: peer)
            case .event(let event): tell(event, of: peer)
            case .idle(let until):
                peer.deadline = until
                return
            }
        }
    }

    func peer(_ number: PeerNumber) -> Peer? {
        for peer in peers where peer.number == number { return peer }
        return nil
    }

    static func tag(_ peer: PeerNumber, socket: Int) -> UInt64 { UInt64(peer) << 8 | UInt64(socket) }
    private static func number(of tag: UInt64) -> PeerNumber { PeerNumber(truncatingIfNeeded: tag >> 8) }
    private static func place(of tag: UInt64) -> Int { Int(tag & 0xFF) }

    /// Places below are sockets'.
    private static let firstStream = 64
    static func tag(_ peer: PeerNumber, stream: Int) -> UInt64 { tag(peer, socket: firstStream + stream) }
    private static let firstListener = 128
    static func tag(_ peer: PeerNumber, listener: Int) -> UInt64 { tag(peer, socket: firstListener + listener) }
}
