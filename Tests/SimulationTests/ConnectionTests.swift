import PeerConnection
import Primitives
import Simulation
import Testing

/// Calls straight over TCP (RFC 6544), where a network lets no UDP through and there is no relay.
@Suite struct ConnectionTests {
    static let callerListener = TransportAddress(NetworkScenario.callerAddress.address, port: 50_000)
    static let calleeListener = TransportAddress(NetworkScenario.calleeAddress.address, port: 50_001)

    /// - Parameter listening: who is connected to; the other side connects alone, as browsers do.
    static func call(
        listening: [SimulatedCall.Side], seed: UInt64 = 1, policy: CandidatePolicy = .all,
        security: Endpoint.SecurityChoice = .plain
    ) -> SimulatedCall {
        var scenario = NetworkScenario(policy: policy, calleePolicy: policy, seed: seed, usesServers: false)
        (scenario.usesTCP, scenario.security) = (true, security)
        let call = scenario.call()
        for side in listening {
            call[side].listen(at: side == .caller ? callerListener : calleeListener, now: call.now)
        }
        for side in 0...1 { call.firewalls[side].passesUDP = false }
        return call
    }

    @Test(arguments: SimulatedCall.Side.allCases, SimulatedCall.Side.allCases)
    func withoutUDPAndWithoutARelay(listener: SimulatedCall.Side, offerer: SimulatedCall.Side) {
        for seed in UInt64(1)...10 {
            let call = Self.call(listening: [listener], seed: seed)
            call.conditions.delay = .milliseconds(Int64(seed) * 8)
            call.begin(offeringFrom: offerer)
            #expect(call.flows(after: .seconds(3)), "seed \(seed)")
            #expect(call.faults == [])
            #expect(call.pair?.transport == "tcp")
            #expect(call.pair?.relayProtocol == nil)
        }
    }

    @Test func withDTLS() {
        let call = Self.call(listening: [.callee], security: .dtlsSRTP)
        call.begin()
        #expect(call.flows(after: .seconds(3)))
        #expect(call.faults == [])
        call.caller.peer.close(now: call.now)
        call.settle(.caller)
        call.run(for: .seconds(1))
        #expect(call.callee.events.contains(.remoteClosed), "the goodbye leaves before the connection ends")
    }

    /// Where UDP works, nothing is sent by TCP but checks.
    @Test func datagramsArePreferred() {
        for offerer in SimulatedCall.Side.allCases {
            let call = Self.call(listening: [.caller, .callee])
            for side in 0...1 { call.firewalls[side].passesUDP = true }
            call.conditions.delay = .milliseconds(60)
            var longest = 0
            call.begin(offeringFrom: offerer)
            #expect(call.flows(after: .seconds(2)))
            #expect(call.pair?.transport == "udp")
            call.wroteToPeer = { longest = max(longest, $1.count) }
            call.run(for: .seconds(20))
            #expect(longest < 200)
            #expect(call.pair?.transport == "udp")
        }
    }

    @Test func aBrokenConnectionEndsThePairAtOnce() {
        let call = Self.call(listening: [.callee])
        call.begin()
        #expect(call.flows())
        let start = call.now
        call.breakStreams(of: .caller)
        call.run(for: .milliseconds(100))
        #expect(call.caller.state == .failed && call.callee.state == .failed)
        RoamingTests.mend(call, from: .caller)
        let time = RoamingTests.recovery(call)
        #expect(time.map { $0 <= .seconds(3) } == true, "\(String(describing: time)) since \(start)")
        #expect(call.pair?.transport == "tcp")
    }

    /// What still works is kept over a restart, on the connection that is there.
    @Test func aRestartKeepsTheConnection() {
        let call = Self.call(listening: [.callee])
        call.begin()
        #expect(call.flows())
        call.caller.peer.restartICE(now: call.now)
        call.offer(from: .caller)
        #expect(call.flows(after: .seconds(2)))
        #expect(call.faults == [])
        #expect(!call.caller.states.contains(.failed) && !call.caller.states.contains(.disconnected))
    }

    @Test(arguments: [CandidatePolicy.noHost, .relay]) func policiesAreRespected(policy: CandidatePolicy) {
        let call = Self.call(listening: [.caller, .callee], policy: policy)
        #expect(call.caller.listeners == [] && call.callee.listeners == [])
        var opened = 0
        call.wroteToPeer = { _, _ in opened += 1 }
        call.begin()
        call.run(for: .seconds(10))
        #expect(opened == 0)
        for (_, text) in call.signalled { #expect(!text.contains("tcptype")) }
    }

    @Test func theDescriptionNamesTheTypes() {
        let call = Self.call(listening: [.caller])
        call.begin()
        call.run(for: .seconds(1))
        let told = call.signalled.filter { $0.by == .caller }.map(\.text).joined(separator: "\n")
        #expect(told.contains("10.0.0.1 9 typ host tcptype active"))
        #expect(told.contains("10.0.0.1 50000 typ host tcptype passive"))
    }

    @Test func anyRunReplays() {
        func transcript() -> [Int] {
            let call = Self.call(listening: [.callee], seed: 9)
            call.conditions.jitter = .milliseconds(5)
            var sizes: [Int] = []
            call.wroteToPeer = { sizes.append($1.count) }
            call.begin()
            call.run(for: .seconds(3))
            return sizes
        }
        let first = transcript()
        #expect(first.count > 300)
        #expect(first == transcript())
    }

    // MARK: strangers

    private static func stranger(_ number: UInt32) -> TransportAddress {
        TransportAddress(IPAddress(ipv4: 0x0A00_0100 + number / 3), port: UInt16(truncatingIfNeeded: 2000 + number))
    }

    /// Who connects and says nothing holds little, and not for long; the call is set up all the same.
    @Test func silentStrangersAreBounded() {
        let call = Self.call(listening: [.callee])
        var held: [StreamNumber] = []
        for number in UInt32(0)..<100 {
            let stream = call.callee.peer.accept(
                from: Self.stranger(number), at: Self.calleeListener, now: call.now)
            if let stream { held.append(stream) }
        }
        #expect(held.count == 8)
        #expect(call.callee.statistics(now: call.now).transport.refusals.connections == 92)
        call.run(for: .seconds(11))
        call.begin()
        #expect(call.flows(after: .seconds(3)))
    }

    @Test func oneAddressHoldsThreeAtTheMost() {
        let call = Self.call(listening: [.callee])
        let address = IPAddress(ipv4: 0x0A00_0109)
        let held = (0..<20).compactMap {
            call.callee.peer.accept(
                from: TransportAddress(address, port: 3000 + $0), at: Self.calleeListener, now: call.now)
        }
        #expect(held.count == 3)
    }

    /// Lengths beyond any message, things that are no checks, noise: closed at once, and every slot is given back.
    @Test func garbageOfStrangers() {
        let call = Self.call(listening: [.callee])
        call.begin()
        #expect(call.flows())
        let inUse = call.callee.packets.inUse
        var random = RandomSource(seed: 5)
        var turnedAway = 0
        for round in UInt32(0)..<500 {
            guard
                let stream = call.callee.peer.accept(
                    from: Self.stranger(round % 200), at: Self.calleeListener, now: call.now)
            else { continue }
            var bytes: [UInt8]
            switch round % 4 {
            case 0: bytes = [0xFF, 0xFF] + [UInt8](repeating: 0, count: 70_000)
            case 1: bytes = [0, 4, 0x80, 1, 2, 3]
            case 2: bytes = Array("GET / HTTP/1.1\r\n\r\n".utf8)
            default: bytes = (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) }
            }
            let cut = Int.random(in: 0...bytes.count, using: &random)
            let before = call.callee.statistics(now: call.now).transport.refusals.connections
            for piece in [bytes.prefix(cut), bytes.dropFirst(cut)] {
                call.callee.peer.receive(Array(piece).span.bytes, on: stream, at: call.now)
            }
            call.settle(.callee)
            if call.callee.statistics(now: call.now).transport.refusals.connections > before { turnedAway += 1 }
            call.callee.peer.streamClosed(stream, now: call.now)
            call.settle(.callee)
        }
        #expect(turnedAway > 200)
        #expect(call.callee.packets.inUse <= inUse + 64)
        #expect(call.flows(after: .seconds(1)))
        #expect(call.faults == [])
    }

    /// Bytes of the peer's own connection damaged: whatever comes of it, nothing traps and a restart mends it.
    @Test(arguments: UInt64(1)...20) func aDamagedConnection(seed: UInt64) {
        let call = Self.call(listening: [.callee], seed: seed, security: .dtlsSRTP)
        call.begin()
        #expect(call.flows())
        call.damage(seed: seed)
        call.run(for: .seconds(5))
        call.damage(seed: nil)
        call.breakStreams(of: .caller)
        call.run(for: .milliseconds(200))
        call.caller.peer.restartICE(now: call.now)
        call.offer(from: .caller)
        #expect(call.flows(after: .seconds(3)), "seed \(seed)")
    }
}
