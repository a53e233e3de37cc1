import PeerConnection
import Primitives
import Simulation
import Testing

/// Two engines over a link that carries less than they would send.
@Suite("A narrow link")
struct CongestionTests {
    private func call(seed: UInt64, capacity: Double?) -> SimulatedCall {
        followingCall(seed: seed, capacity: capacity, oneWay: .milliseconds(30))
    }

    @Test(
        "is found and kept to: the queue before it stays short and the picture goes on",
        arguments: 1...4 as ClosedRange<UInt64>)
    func narrow(seed: UInt64) {
        let call = call(seed: seed, capacity: 500_000)
        call.run(for: .seconds(10))
        let (frames, lost) = (call.callee.framesReceived, call.callee.keyFramesReceived)
        call.longestQueueing = .zero
        call.run(for: .seconds(20))
        #expect(call.faults.isEmpty, "\(call.faults)")
        #expect(call.longestQueueing < .milliseconds(250), "\(call.longestQueueing)")
        #expect(call.callee.framesReceived - frames > 570)
        #expect(call.callee.keyFramesReceived - lost <= 2)
        #expect((250_000...480_000).contains(call.caller.targetBitrate ?? 0), "\(call.caller.targetBitrate ?? 0)")
    }

    @Test("that becomes wide again is used again")
    func step() {
        let call = call(seed: 9, capacity: 3_000_000)
        call.run(for: .seconds(10))
        #expect((call.caller.targetBitrate ?? 0) > 1_500_000)
        call.conditions.capacity = 500_000
        call.run(for: .seconds(10))
        #expect((call.caller.targetBitrate ?? .max) < 480_000)
        call.conditions.capacity = 3_000_000
        call.run(for: .seconds(25))
        #expect((call.caller.targetBitrate ?? 0) > 1_200_000, "\(call.caller.targetBitrate ?? 0)")
        #expect(call.faults.isEmpty, "\(call.faults)")
    }

    @Test("is not suspected where there is none")
    func wide() {
        let call = call(seed: 3, capacity: nil)
        call.conditions.jitter = .milliseconds(10)
        call.run(for: .seconds(30))
        #expect(call.caller.targetBitrate == 2_500_000, "\(call.caller.targetBitrate ?? 0)")
    }
}
