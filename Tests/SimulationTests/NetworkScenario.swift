import PeerConnection
import Primitives
import Simulation

/// A call between two sites with NATs, firewalls and one server for STUN and TURN between them.
struct NetworkScenario {
    static let serverAddress = TransportAddress(IPAddress(ipv4: 0xCB00_7105), port: 3478)
    static let tlsAddress = TransportAddress(IPAddress(ipv4: 0xCB00_7105), port: 443)
    static let callerAddress = TransportAddress(IPAddress(ipv4: 0x0A00_0001), port: 40_000)
    static let calleeAddress = TransportAddress(IPAddress(ipv4: 0xC0A8_0102), port: 41_000)

    var caller: SimulatedNAT.Kind?
    var callee: SimulatedNAT.Kind?
    var policy = CandidatePolicy.all
    var calleePolicy = CandidatePolicy.all
    var seed: UInt64 = 1
    var usesServers = true
    var usesTCP = false
    var security = Endpoint.SecurityChoice.plain

    static func servers(_ server: SimulatedTURNServer) -> [ICEServer] {
        let (name, credential) = (server.username, server.password)
        return [
            ICEServer(scheme: .stun, address: serverAddress, transport: .udp),
            ICEServer(scheme: .turn, address: serverAddress, transport: .udp, username: name, credential: credential),
            ICEServer(scheme: .turn, address: serverAddress, transport: .tcp, username: name, credential: credential),
            ICEServer(
                scheme: .turns, address: tlsAddress, transport: .tcp, name: "turn.clinic.example", username: name,
                credential: credential),
        ]
    }

    func call() -> SimulatedCall {
        let start = Instant(nanoseconds: 5_000_000_000)
        let server = SimulatedTURNServer(address: Self.serverAddress)
        server.streamAddresses = [Self.serverAddress, Self.tlsAddress]
        func endpoint(_ address: TransportAddress, _ policy: CandidatePolicy, _ which: UInt64) -> Endpoint {
            var configuration = PeerConfiguration()
            configuration.candidatePolicy = policy
            configuration.usesTCP = usesTCP
            if usesServers { configuration.iceServers = Self.servers(server) }
            return Endpoint(
                configuration: configuration, certificate: certificate, addresses: [address],
                seed: seed &* 2 &+ which, now: start, security: security)
        }
        let call = SimulatedCall(
            caller: endpoint(Self.callerAddress, policy, 0), callee: endpoint(Self.calleeAddress, calleePolicy, 1),
            seed: seed ^ 0x7A7, now: start)
        call.servers = [server]
        call.nats = [
            caller.map { SimulatedNAT($0, publicAddress: IPAddress(ipv4: 0xC633_6401)) },
            callee.map { SimulatedNAT($0, publicAddress: IPAddress(ipv4: 0xC633_6402)) },
        ]
        for side in SimulatedCall.Side.allCases {
            for address in call[side].addresses { call[side].peer.addLocalAddress(address, now: start) }
        }
        return call
    }
}

extension SimulatedCall {
    /// How the caller's media go: its pair in use.
    var pair: CandidatePairStatistics? { caller.statistics(now: now).candidatePair }

    /// Runs and says whether both sides are connected and see and hear each other at the end.
    func flows(after interval: Interval = .seconds(3)) -> Bool {
        run(for: interval)
        let (frames, sounds) = (
            SimulatedCall.Side.allCases.map { self[$0].framesReceived },
            SimulatedCall.Side.allCases.map { self[$0].audioReceived.count }
        )
        run(for: .seconds(1))
        return SimulatedCall.Side.allCases.allSatisfy {
            self[$0].state == .connected && self[$0].framesReceived > frames[$0.rawValue] + 20
                && self[$0].audioReceived.count > sounds[$0.rawValue] + 40
        }
    }
}
