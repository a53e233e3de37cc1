import PeerConnection
import Primitives
import Simulation
import Testing

/// What becomes of a call when the network below it changes.
@Suite struct RoamingTests {
    /// How long after now frames come again on both sides; nil within 20 s.
    static func recovery(_ call: SimulatedCall) -> Interval? {
        let start = call.now
        let before = SimulatedCall.Side.allCases.map { call[$0].framesReceived }
        call.run(until: start + .seconds(20)) {
            SimulatedCall.Side.allCases.allSatisfy { side in
                call[side].framesReceived > before[side.rawValue] + 3 && (call[side].lastFrameAt ?? start) > start
            }
        }
        let flows = SimulatedCall.Side.allCases.allSatisfy { call[$0].framesReceived > before[$0.rawValue] + 3 }
        return flows ? call.now - start : nil
    }

    /// Restarts ICE from `side` when its connection has failed, as its owner does.
    static func mend(_ call: SimulatedCall, from side: SimulatedCall.Side) {
        guard call[side].state == .failed || call[side].state == .disconnected else { return }
        call[side].peer.restartICE(now: call.now)
        call.offer(from: side)
    }

    /// The NAT of one side forgets its mappings in the midst of a call; nothing is signalled.
    @Test(
        arguments: [SimulatedNAT.Kind.fullCone, .addressRestricted, .portRestricted, .symmetric],
        [nil, SimulatedNAT.Kind.fullCone, .addressRestricted])
    func aReboundNATIsFollowed(near: SimulatedNAT.Kind, far: SimulatedNAT.Kind?) throws {
        for offerer in SimulatedCall.Side.allCases {
            for seed in UInt64(1)...3 {
                let call = NetworkScenario(caller: near, callee: far, seed: seed).call()
                call.conditions.jitter = .milliseconds(5)
                call.begin(offeringFrom: offerer)
                #expect(call.flows(after: .seconds(5)))
                let signals = call.signalled.count
                call.nats[0]?.rebind()
                let time = Self.recovery(call)
                #expect(time.map { $0 <= .seconds(3) } == true, "\(String(describing: time)) offered by \(offerer)")
                #expect(call.signalled.count == signals)
                call.run(for: .seconds(5))
                #expect(call.caller.state == .connected && call.callee.state == .connected)
            }
        }
    }

    /// Where both NATs filter by port, no datagram finds its way any more; the other side's relay still does.
    @Test func aReboundNATBehindWhichOnlyARelayHelps() {
        let call = NetworkScenario(caller: .portRestricted, callee: .portRestricted).call()
        call.begin()
        #expect(call.flows(after: .seconds(5)))
        call.nats[0]?.rebind()
        let time = Self.recovery(call)
        #expect(time.map { $0 <= .seconds(8) } == true, "\(String(describing: time))")
    }

    /// The host's address is gone and another has come: Ethernet to Wi-Fi.
    @Test(arguments: SimulatedCall.Side.allCases, SimulatedCall.Side.allCases)
    func anotherAddress(mover: SimulatedCall.Side, offerer: SimulatedCall.Side) {
        var times: [Interval] = []
        for seed in UInt64(1)...10 {
            let call = NetworkScenario(caller: .portRestricted, callee: .portRestricted, seed: seed).call()
            call.conditions.delay = .milliseconds(50)
            call.conditions.loss = 0.02
            call.begin(offeringFrom: offerer)
            #expect(call.flows(after: .seconds(4)))
            let moved = TransportAddress(IPAddress(ipv4: 0xAC10_0001), port: 45_000)
            // Connections from the old address end with it.
            call.breakStreams(of: mover)
            call.run(for: .milliseconds(1))
            call[mover].move(to: [moved], now: call.now)
            call.settle(mover)
            // In a command's time the owner has learnt of it and offers.
            call.run(for: .milliseconds(50))
            #expect(call[mover].state == .failed)
            Self.mend(call, from: mover)
            guard let time = Self.recovery(call) else {
                Issue.record("seed \(seed) did not come back")
                continue
            }
            times.append(time)
        }
        let slowest = times.max() ?? .zero
        #expect(slowest <= .seconds(3), "\(times)")
    }

    /// The relay in use dies: the streams break, and another server takes over.
    @Test func aDeadRelay() {
        let call = NetworkScenario(caller: .symmetric, callee: .symmetric).call()
        call.begin()
        #expect(call.flows(after: .seconds(3)))
        call.servers[0].restart()
        call.breakStreams(of: .caller)
        call.breakStreams(of: .callee)
        for _ in 0..<100 {
            call.run(for: .milliseconds(100))
            if call.caller.state == .disconnected || call.caller.state == .failed { break }
        }
        call.run(for: .seconds(1))
        Self.mend(call, from: .caller)
        #expect(Self.recovery(call) != nil)
        #expect(call.flows(after: .seconds(1)))
    }
}
