import DTLS
import Primitives

let packets = BufferPool(slotCount: 512, slotSize: 1536)

/// Two transports and the virtual network between them; every datagram takes `delay`.
final class Pair {
    struct Flying {
        var arrival: Instant
        var toClient: Bool
        var bytes: [UInt8]
    }

    var client: DTLSTransport
    var server: DTLSTransport
    var now = Instant(nanoseconds: 5_000_000_000)
    var delay = Interval.milliseconds(10)
    var flying: [Flying] = []
    /// Everything sent so far.
    var sent: [(at: Instant, byClient: Bool, bytes: [UInt8])] = []

    init(
        clientSees: [DTLSFingerprint]? = nil, serverSees: [DTLSFingerprint]? = nil,
        profiles: [SRTPProtectionProfile]? = nil
    )
        throws
    {
        let a = try DTLSCertificate(profiles: profiles ?? SRTPProtectionProfile.allCases)
        let b = try DTLSCertificate()
        client = try DTLSTransport(role: .client, certificate: a, peerFingerprints: clientSees ?? [b.fingerprint])
        server = try DTLSTransport(role: .server, certificate: b, peerFingerprints: serverSees ?? [a.fingerprint])
    }

    func start() {
        server.start(now: now)
        client.start(now: now)
    }

    func collect(deliver: (_ index: Int, _ byClient: Bool, _ bytes: [UInt8]) -> [(Interval, [UInt8])]) {
        while let datagram = client.nextDatagram(from: packets) { send(true, datagram.bytes.toArray(), deliver) }
        while let datagram = server.nextDatagram(from: packets) { send(false, datagram.bytes.toArray(), deliver) }
    }

    private func send(
        _ byClient: Bool, _ bytes: [UInt8], _ deliver: (Int, Bool, [UInt8]) -> [(Interval, [UInt8])]
    ) {
        sent.append((now, byClient, bytes))
        for (later, what) in deliver(sent.count - 1, byClient, bytes) {
            flying.append(Flying(arrival: now + delay + later, toClient: !byClient, bytes: what))
        }
    }

    /// Runs until nothing is left to happen or `limit` of virtual time is over.
    func run(
        limit: Interval = .seconds(60),
        deliver: (_ index: Int, _ byClient: Bool, _ bytes: [UInt8]) -> [(Interval, [UInt8])] = { [(.zero, $2)] }
    ) {
        let end = now + limit
        while true {
            collect(deliver: deliver)
            if case .connected = client.state, case .connected = server.state, flying.isEmpty { return }
            let arrival = flying.map(\.arrival).min() ?? .distantFuture
            let next = min(arrival, client.deadline, server.deadline)
            guard next <= end else {
                now = end
                return
            }
            now = max(now, next)
            if let index = flying.firstIndex(where: { $0.arrival <= now }) {
                let datagram = flying.remove(at: index)
                if datagram.toClient {
                    client.receive(datagram.bytes.span.bytes, now: now)
                } else {
                    server.receive(datagram.bytes.span.bytes, now: now)
                }
            }
            client.advance(to: now)
            server.advance(to: now)
        }
    }

    /// Transports are not copyable, and expectations want values.
    var clientState: DTLSTransport.State { client.state }
    var serverState: DTLSTransport.State { server.state }
    var clientKeys: SRTPKeyingMaterial? { client.keys }
    var serverKeys: SRTPKeyingMaterial? { server.keys }
    var isConnected: Bool { client.state == .connected && server.state == .connected }
}
