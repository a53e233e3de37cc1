import PeerConnection
import Primitives
import Simulation
import Testing

/// Calls through NATs, firewalls and a relay.
@Suite struct RelayTests {
    /// Which pairs of NATs let a direct way be found (RFC 5128 §3.3): all but those with a symmetric one whose other side
    /// filters by port.
    static func isDirect(_ a: SimulatedNAT.Kind?, _ b: SimulatedNAT.Kind?) -> Bool {
        let hard: Set<SimulatedNAT.Kind?> = [.portRestricted, .symmetric]
        return !(a == .symmetric && hard.contains(b) || b == .symmetric && hard.contains(a))
    }

    static let kinds: [SimulatedNAT.Kind?] = [nil] + SimulatedNAT.Kind.allCases.map { $0 }

    @Test(arguments: kinds, kinds) func everyPairOfNATs(caller: SimulatedNAT.Kind?, callee: SimulatedNAT.Kind?) {
        let call = NetworkScenario(caller: caller, callee: callee).call()
        call.begin()
        #expect(call.flows())
        #expect(call.faults == [])
        let isRelayed = call.pair?.localType == "relay" || call.pair?.remoteType == "relay"
        #expect(isRelayed != Self.isDirect(caller, callee), "\(String(describing: call.pair))")
        if isRelayed, call.pair?.localType == "relay" {
            #expect(call.pair?.relayProtocol == "udp")
            #expect((call.servers[0].counts["channel data out"] ?? 0) > 100)
        }
    }

    @Test(arguments: [nil, 3478] as [UInt16?]) func withoutUDPByStream(blocked: UInt16?) {
        let call = NetworkScenario(caller: .symmetric, callee: .symmetric).call()
        call.firewalls[0].passesUDP = false
        if blocked != nil { call.firewalls[0].streamPorts = [443] }
        call.begin()
        #expect(call.flows(after: .seconds(5)))
        #expect(call.faults == [])
        #expect(call.pair?.localType == "relay")
        #expect(call.pair?.relayProtocol == (blocked == nil ? "tcp" : "tls"))
    }

    @Test func bothWithoutUDP() {
        let call = NetworkScenario(caller: .portRestricted, callee: .symmetric).call()
        for side in 0...1 {
            call.firewalls[side].passesUDP = false
            call.firewalls[side].streamPorts = [443]
        }
        call.begin()
        #expect(call.flows(after: .seconds(5)))
        #expect(call.faults == [])
        #expect(call.pair?.relayProtocol == "tls")
    }

    @Test func aDeadServerDelaysNothing() {
        var times: [Interval] = []
        for isDead in [false, true] {
            let call = NetworkScenario().call()
            call.servers[0].isDead = isDead
            let start = call.now
            call.begin()
            #expect(call.flows())
            times.append((call.caller.connectedAt ?? call.now) - start)
            #expect(call.pair?.localType == "host")
        }
        #expect(times[0] == times[1])
    }

    /// With relays only, nothing but a relay's address is told or used.
    @Test(arguments: [false, true]) func relayOnlyLeaksNoAddress(isOfferer: Bool) throws {
        let scenario = NetworkScenario(
            caller: .fullCone, callee: .fullCone, policy: isOfferer ? .relay : .all,
            calleePolicy: isOfferer ? .all : .relay)
        let call = scenario.call()
        let side = isOfferer ? SimulatedCall.Side.caller : .callee
        var strays = 0
        call.sentTo = { from, to in if from == side, to != NetworkScenario.serverAddress { strays += 1 } }
        call.begin()
        #expect(call.flows())
        #expect(call.faults == [])
        #expect(strays == 0)
        let own = call[side].addresses.map { "\($0.address)" } + [isOfferer ? "198.51.100.1" : "198.51.100.2"]
        let told = call.signalled.filter { $0.by == side }.map(\.text)
        #expect(told.contains { $0.contains("typ relay raddr 0.0.0.0 rport 9") })
        for text in told {
            for address in own { #expect(!text.contains(address), "\(text)") }
            #expect(!text.contains("typ host") && !text.contains("typ srflx"))
        }
    }

    @Test func noHostTellsOnlyWhatTheServerSees() {
        let call = NetworkScenario(caller: .portRestricted, callee: .fullCone, policy: .noHost).call()
        call.begin()
        #expect(call.flows())
        #expect(call.pair?.localType != "relay" && call.pair?.remoteType != "relay")
        let told = call.signalled.filter { $0.by == .caller }.map(\.text)
        #expect(told.contains { $0.contains("typ srflx raddr 0.0.0.0 rport 9") })
        for text in told { #expect(!text.contains("10.0.0.1") && !text.contains("typ host")) }
    }

    @Test func whatIsAllocatedIsGivenBack() {
        let call = NetworkScenario(caller: .symmetric, callee: .symmetric).call()
        call.begin()
        #expect(call.flows())
        #expect(call.servers[0].allocationCount == 6)
        for side in SimulatedCall.Side.allCases {
            call[side].peer.close(now: call.now)
            call.settle(side)
        }
        call.run(for: .seconds(1))
        #expect(call.servers[0].allocationCount == 0, "\(call.servers[0].counts)")
        for side in SimulatedCall.Side.allCases {
            #expect(call[side].packets.inUse == 0)
        }
    }

    @Test func theGoodbyeGoesThroughTheRelayFirst() {
        let call = NetworkScenario(caller: .symmetric, callee: .symmetric).call()
        call.begin()
        #expect(call.flows())
        call.caller.peer.close(now: call.now)
        call.settle(.caller)
        call.run(for: .seconds(1))
        #expect(call.callee.events.contains(.remoteClosed))
    }

    @Test func aLossyPathThroughARelay() {
        for seed in UInt64(1)...8 {
            let call = NetworkScenario(caller: .symmetric, callee: .symmetric, seed: seed).call()
            call.conditions.loss = 0.04
            call.begin()
            #expect(call.flows(after: .seconds(8)), "seed \(seed)")
            #expect(call.faults == [])
        }
    }

    @Test func anyRunReplays() {
        func transcript() -> UInt64 {
            let call = NetworkScenario(caller: .symmetric, callee: .portRestricted, seed: 42).call()
            call.conditions.loss = 0.05
            call.conditions.jitter = .milliseconds(10)
            call.firewalls[1].passesUDP = false
            call.begin()
            call.run(for: .seconds(5))
            return call.transcript
        }
        #expect(transcript() == transcript())
    }
}
