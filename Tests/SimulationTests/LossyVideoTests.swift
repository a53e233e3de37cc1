import JitterBuffer
import PeerConnection
import Primitives
import Simulation
import Testing

/// Video over a path that loses packets: what arrives, and what is seen of it.
@Suite("Video over a path that loses") struct LossyVideoTests {
    private func call(seed: UInt64, loss: Double) -> SimulatedCall {
        let call = limitedCall(seed: seed, capacity: nil, oneWay: .milliseconds(50))
        call.run(for: .seconds(5))
        call.conditions.loss = loss
        return call
    }

    @Test("at five per cent shows every frame and hardly stands still", arguments: 1...5 as ClosedRange<UInt64>)
    func fivePercent(seed: UInt64) {
        let call = call(seed: seed, loss: 0.05)
        call.run(for: .seconds(5))
        let (frames, still) = (call.callee.framesReceived, call.callee.freezes.totalFreezesDuration)
        let keyFrames = call.callee.keyFramesReceived
        call.run(for: .seconds(60))
        let rate = Double(call.callee.framesReceived - frames) / 60
        let freezing = call.callee.freezes.totalFreezesDuration - still
        #expect(rate >= 29.5, "\(rate)")
        #expect(freezing < 1.5, "\(freezing) s")
        #expect(call.callee.keyFramesReceived == keyFrames)
        #expect((call.caller.targetBitrate ?? 0) > 800_000, "\(call.caller.targetBitrate ?? 0)")
        let sent = call.caller.statistics(now: call.now).outboundRTP.first { $0.kind == .video }
        let share = Double(sent?.retransmittedBytesSent ?? 0) / Double(sent?.bytesSent ?? 1)
        #expect(share > 0.02 && share < 0.2, "\(share)")
        #expect(call.callee.playout.delay <= VideoPlayout.maximumDelay)
        #expect(call.faults.isEmpty, "\(call.faults)")
    }

    @Test("at ten per cent goes on", arguments: 1...5 as ClosedRange<UInt64>)
    func tenPercent(seed: UInt64) {
        let call = call(seed: seed, loss: 0.1)
        call.run(for: .seconds(5))
        let (frames, still) = (call.callee.framesReceived, call.callee.freezes.totalFreezesDuration)
        call.run(for: .seconds(60))
        let rate = Double(call.callee.framesReceived - frames) / 60
        let freezing = call.callee.freezes.totalFreezesDuration - still
        #expect(rate >= 28.5, "\(rate)")
        #expect(freezing < 9, "\(freezing) s")
        #expect((call.caller.targetBitrate ?? 0) > 400_000, "\(call.caller.targetBitrate ?? 0)")
        #expect(call.faults.isEmpty, "\(call.faults)")
    }

    @Test("never takes a key frame for one lost packet, whichever it is", arguments: 0..<40 as Range<Int>)
    func oneLost(number: Int) {
        let call = limitedCall(seed: UInt64(number), capacity: nil, oneWay: .milliseconds(50))
        call.run(for: .seconds(3))
        let (frames, keyFrames) = (call.callee.framesReceived, call.callee.keyFramesReceived)
        var sent = 0
        call.filter = { side, bytes in
            // Large ones of the caller's are video.
            guard side == .caller, bytes.count > 600 else { return true }
            sent += 1
            return sent != number + 1
        }
        call.run(for: .seconds(3))
        #expect(sent > number + 1)
        #expect(call.callee.keyFramesReceived == keyFrames)
        #expect(call.callee.framesReceived - frames >= 89)
        #expect(call.faults.isEmpty, "\(call.faults)")
    }

    @Test("comes up as soon as ever at five per cent: the first frame within 330 ms, in the middle")
    func setUp() {
        var times: [Int64] = []
        for seed in 1...61 as ClosedRange<UInt64> {
            let call = limitedCall(seed: seed, capacity: nil, oneWay: .milliseconds(50))
            call.conditions.loss = 0.05
            call.signallingDelay = .milliseconds(50)
            call.run(for: .seconds(4))
            for side in [call.caller, call.callee] {
                times.append(side.firstFrameAt.map { ($0 - .zero).milliseconds } ?? 10_000)
            }
        }
        times.sort()
        let median = times[times.count / 2]
        #expect(median <= 330, "\(times)")
        #expect(times[times.count * 95 / 100] < 1_500, "\(times)")
    }
}
