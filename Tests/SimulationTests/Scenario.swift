import DTLS
import PeerConnection
import Primitives
import Simulation

#if canImport(Glibc)
    import Glibc
#endif

/// A number from the environment, for longer runs than the default.
func environment(_ name: String, _ otherwise: Int) -> Int {
    guard let text = getenv(name) else { return otherwise }
    return Int(String(cString: text)) ?? otherwise
}

let isDebugBuild: Bool = {
    #if DEBUG
        true
    #else
        false
    #endif
}()

/// Made once: what it draws from the system does not show on the simulated wire.
let certificate: DTLSCertificate = {
    do { return try DTLSCertificate() } catch { preconditionFailure("OpenSSL makes certificates") }
}()

/// A call whose network, addresses and order of events follow from a seed.
struct Scenario {
    let seed: UInt64
    let start: Instant
    let conditions: PathConditions
    let signallingDelay: Interval
    let addresses: ([TransportAddress], [TransportAddress])
    /// Addresses become known only after the descriptions were written.
    let isTrickled: (Bool, Bool)
    let isOfferedByCallee: Bool

    init(seed: UInt64) {
        self.seed = seed
        var random = RandomSource(seed: seed)
        start = Instant(nanoseconds: Int64.random(in: 1...1_000_000_000_000, using: &random))
        var conditions = PathConditions()
        conditions.delay = .milliseconds(Int64.random(in: 0...120, using: &random))
        if random.chance(0.7) { conditions.jitter = .milliseconds(Int64.random(in: 1...40, using: &random)) }
        if random.chance(0.7) { conditions.loss = Double.random(in: 0...0.1, using: &random) }
        if random.chance(0.5) { conditions.duplication = Double.random(in: 0...0.05, using: &random) }
        self.conditions = conditions
        signallingDelay = .milliseconds(Int64.random(in: 0...200, using: &random))
        let usesIPv6 = random.chance(0.5)
        let isDual = random.chance(0.3)
        func addresses(_ host: UInt32) -> [TransportAddress] {
            let v4 = TransportAddress(IPAddress(ipv4: 0x0A00_0000 | host), port: 40_000)
            let v6 = TransportAddress(IPAddress(ipv6High: 0x2001_0DB8 << 32, low: UInt64(host)), port: 40_001)
            return isDual ? [v4, v6] : [usesIPv6 ? v6 : v4]
        }
        self.addresses = (addresses(1), addresses(2))
        isTrickled = (random.chance(0.3), random.chance(0.3))
        isOfferedByCallee = random.chance(0.5)
    }

    func call(packetSlots: Int = 1024, frameSlots: Int = 8) -> SimulatedCall {
        func endpoint(_ addresses: [TransportAddress], _ which: UInt64) -> Endpoint {
            Endpoint(
                certificate: certificate, addresses: addresses, packetSlots: packetSlots, frameSlots: frameSlots,
                seed: seed &* 2 &+ which, now: start)
        }
        let call = SimulatedCall(
            caller: endpoint(addresses.0, 0), callee: endpoint(addresses.1, 1), seed: seed ^ 0x5EED, now: start)
        call.conditions = conditions
        call.signallingDelay = signallingDelay
        for (side, trickled) in [(SimulatedCall.Side.caller, isTrickled.0), (.callee, isTrickled.1)] {
            for (i, address) in call[side].addresses.enumerated() {
                if trickled {
                    call.at(start + .milliseconds(Int64(50 + 40 * i))) { call in
                        call[side].peer.addLocalAddress(address, now: call.now)
                    }
                } else {
                    call[side].peer.addLocalAddress(address, now: start)
                }
            }
        }
        return call
    }

    /// A call over a clean network that has stood for a second.
    func standing() -> SimulatedCall {
        let call = call()
        call.conditions = PathConditions()
        call.begin()
        call.run(for: .seconds(1))
        return call
    }

    /// The whole call and what was wrong with it.
    func run() -> (transcript: UInt64, faults: [String]) {
        let call = call()
        call.begin(offeringFrom: isOfferedByCallee ? .callee : .caller)
        call.run(for: .seconds(4))
        var faults = call.faults
        // Media flow when both are ready.
        let ready = [call.caller.connectedAt, call.callee.connectedAt].compactMap { $0 }.max() ?? call.now
        for side in SimulatedCall.Side.allCases {
            let endpoint = call[side]
            guard endpoint.connectedAt != nil, endpoint.state == .connected else {
                faults.append("\(side) is \(endpoint.state)")
                continue
            }
            let seconds = (call.now - ready).seconds
            let sounds = Double(endpoint.audioReceived.count)
            if sounds < 40 * (seconds - 0.5) { faults.append("\(side) heard \(sounds) packets in \(seconds) s") }
            if endpoint.framesReceived < Int(8 * (seconds - 1)) {
                faults.append("\(side) saw \(endpoint.framesReceived) frames in \(seconds) s")
            }
            if endpoint.keyFramesReceived == 0 { faults.append("\(side) saw no key frame") }
        }
        call.caller.peer.close(now: call.now)
        call.settle(.caller)
        call.run(for: .milliseconds(500))
        call.callee.peer.close(now: call.now)
        call.settle(.callee)
        call.run(for: .milliseconds(500))
        for side in SimulatedCall.Side.allCases {
            if call[side].packets.inUse != 0 { faults.append("\(side) keeps \(call[side].packets.inUse) packets") }
            if call[side].frames.inUse != 0 { faults.append("\(side) keeps \(call[side].frames.inUse) frames") }
        }
        return (call.transcript, faults + call.faults.filter { !faults.contains($0) })
    }
}
