import PeerConnection
import Primitives
import Simulation
import Testing

/// Both sides renegotiate at once.
@Suite struct GlareTests {
    /// Both offer within the time a description is on its way; the impolite one's offer is what counts.
    @Test(arguments: SimulatedCall.Side.allCases, [0, 5, 14])
    func bothOfferInACall(polite: SimulatedCall.Side, later: Int64) {
        for seed in UInt64(1)...5 {
            let call = NetworkScenario(seed: seed).call()
            call.polite = polite
            call.begin()
            #expect(call.flows(after: .seconds(2)))
            call.offer(from: .caller)
            call.run(for: .milliseconds(later))
            call.offer(from: .callee)
            #expect(call.flows(after: .seconds(1)))
            #expect(call.faults == [])
            // Nothing is left open: either can offer again.
            for side in SimulatedCall.Side.allCases {
                call.offer(from: side)
                call.run(for: .milliseconds(200))
            }
            #expect(call.flows(after: .milliseconds(100)))
            #expect(call.faults == [])
        }
    }

    @Test(arguments: SimulatedCall.Side.allCases) func bothRestartICE(polite: SimulatedCall.Side) {
        for seed in UInt64(1)...5 {
            let call = NetworkScenario(caller: .portRestricted, callee: .addressRestricted, seed: seed).call()
            call.polite = polite
            call.begin()
            #expect(call.flows(after: .seconds(3)))
            for side in SimulatedCall.Side.allCases {
                call[side].peer.restartICE(now: call.now)
                call.offer(from: side)
            }
            #expect(call.flows(after: .seconds(2)), "seed \(seed)")
            #expect(call.faults == [])
            #expect(call.caller.state == .connected && call.callee.state == .connected)
        }
    }

    /// Both call each other at the same moment.
    @Test(arguments: SimulatedCall.Side.allCases) func bothBegin(polite: SimulatedCall.Side) {
        let call = NetworkScenario().call()
        call.polite = polite
        call.begin()
        call.offer(from: .callee)
        #expect(call.flows(after: .seconds(2)))
        #expect(call.faults == [])
    }
}
