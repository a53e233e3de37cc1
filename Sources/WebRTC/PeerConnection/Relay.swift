import Primitives
import TURN

/// An allocation on a TURN server and the way there.
struct Relay: ~Copyable {
    enum Route: Equatable {
        /// From the socket bound to this address.
        case datagrams(base: TransportAddress)
        case stream(StreamNumber)

        /// The socket that datagrams leave from.
        var base: TransportAddress? {
            if case .datagrams(let base) = self { return base }
            return nil
        }
    }

    let server: ICEServer
    /// As it was configured: a server may have sent us to another.
    let origin: ICEServer
    let route: Route
    /// Of its candidates, among relays.
    let preference: UInt16
    /// Times the servers may send us elsewhere yet.
    let redirects: Int
    var allocation: TURNAllocation
    var allocatedAt: Instant?
    private var deframer: StreamDeframer

    init(
        server: ICEServer, origin: ICEServer, route: Route, preference: UInt16, redirects: Int, random: RandomSource,
        packets: BufferPool, now: Instant
    ) {
        (self.server, self.origin, self.route) = (server, origin, route)
        (self.preference, self.redirects) = (preference, redirects)
        var transport = TURNTransport.datagrams
        if case .stream = route { transport = .stream }
        allocation = TURNAllocation(
            server: server.address, transport: transport,
            credentials: server.username.isEmpty
                ? nil : TURNCredentials(username: server.username, password: server.credential),
            random: random, packets: packets, now: now)
        deframer = StreamDeframer(.turn, packets: packets)
    }

    var stream: StreamNumber? {
        if case .stream(let number) = route { return number }
        return nil
    }

    /// "udp", "tcp" or "tls", as W3C's `relayProtocol` has them.
    var protocolName: String {
        switch server.use {
        case .relay(.tcp): "tcp"
        case .relay(.tls): "tls"
        default: "udp"
        }
    }

    /// Whether ICE's datagrams of this local address are sent through here.
    func owns(_ local: TransportAddress) -> Bool {
        allocation.relayedIPv4 == local || allocation.relayedIPv6 == local
    }

    mutating func nextMessage(_ bytes: RawSpan, at offset: inout Int) -> StreamDeframer.Result {
        deframer.next(bytes, at: &offset)
    }
}

/// What is ready to go and waits for what must go first: a relay's own requests, a connection's being made.
struct HeldDatagram: ~Copyable {
    enum Way {
        case relay(Int)
        case stream(StreamNumber)
    }

    var packet: PooledBuffer
    var way: Way
    var content: DatagramContent

    consuming func takePacket() -> PooledBuffer { packet }
}
