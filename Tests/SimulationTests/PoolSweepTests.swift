import PeerConnection
import Primitives
import Simulation
import Testing

@Suite struct PoolSweepTests {
    static let packetSlots = [0, 1, 2, 3, 4, 5, 6, 8, 11, 16, 24, 40, 64, 100, 200, 520, 600]

    /// However few slots there are, nothing traps, nothing is stuck, and what is delivered can be decoded.
    @Test(arguments: packetSlots)
    func fewPacketSlots(_ slots: Int) {
        for seed in 0..<4 as Range<UInt64> {
            let call = Scenario(seed: seed).call(packetSlots: slots)
            call.begin()
            call.run(for: .seconds(3))
            #expect(call.faults == [], "seed \(seed)")
            if slots >= 600 { #expect(call.caller.state == .connected) }
            for side in SimulatedCall.Side.allCases {
                call[side].peer.close(now: call.now)
                call.settle(side)
                #expect(call[side].packets.inUse == 0)
            }
        }
    }

    @Test(arguments: [0, 1, 2, 3])
    func fewFrameSlots(_ slots: Int) {
        for seed in 0..<4 as Range<UInt64> {
            let call = Scenario(seed: seed).call(frameSlots: slots)
            call.begin()
            call.run(for: .seconds(3))
            #expect(call.faults == [], "seed \(seed)")
            #expect(call.caller.state == .connected)
            // A frame is taken and given back before the next: one slot is enough here.
            if slots > 0 { #expect(call.caller.framesReceived > 0) } else { #expect(call.caller.framesReceived == 0) }
        }
    }
}
