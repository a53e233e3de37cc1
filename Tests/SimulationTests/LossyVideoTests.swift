import JitterBuffer
import PeerConnection
import Primitives
import RTP
import SDP
import Simulation
import Testing

/// Video over a path that loses packets: what arrives, and what is seen of it.
@Suite("Video over a path that loses") struct LossyVideoTests {
    private func call(
        seed: UInt64, loss: Double, oneWay: Interval = .milliseconds(50), takesProtection: Bool = true
    ) -> SimulatedCall {
        let call = followingCall(seed: seed, capacity: nil, oneWay: oneWay) { configuration in
            (configuration.startBitrate, configuration.maximumBitrate) = (600_000, 1_000_000)
            if !takesProtection { configuration.capabilities.redundancy = nil }
        }
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
        #expect(share > 0.005 && share < 0.2, "\(share)")
        #expect(call.callee.playout.delay <= VideoPlayout.maximumDelay)
        #expect(call.faults.isEmpty, "\(call.faults)")
    }

    /// The same call without layers, in which every frame is waited for; both without forward error correction, and so far that
    /// layers are what is chosen.
    @Test("stands still less with two layers, and sends less again", arguments: [0.05, 0.1])
    func layers(loss: Double) {
        func measure(layers: Bool) -> (frames: Double, still: Double, again: Double, sent: Double) {
            var sum = (frames: 0.0, still: 0.0, again: 0.0, sent: 0.0)
            for seed in 11...16 as ClosedRange<UInt64> {
                let call = call(seed: seed, loss: loss, oneWay: .milliseconds(100), takesProtection: false)
                for side in [call.caller, call.callee] { side.sendsLayers = layers }
                call.run(for: .seconds(5))
                let (frames, still) = (call.callee.framesReceived, call.callee.freezes.totalFreezesDuration)
                let before = call.caller.statistics(now: call.now).outboundRTP.first { $0.kind == .video }
                call.run(for: .seconds(60))
                let after = call.caller.statistics(now: call.now).outboundRTP.first { $0.kind == .video }
                sum.frames += Double(call.callee.framesReceived - frames) / 360
                sum.still += call.callee.freezes.totalFreezesDuration - still
                sum.again += Double(after?.retransmittedBytesSent ?? 0) - Double(before?.retransmittedBytesSent ?? 0)
                sum.sent += Double(after?.bytesSent ?? 0) - Double(before?.bytesSent ?? 0)
                #expect(call.faults.isEmpty, "\(call.faults)")
            }
            return sum
        }
        let (with, without) = (measure(layers: true), measure(layers: false))
        #expect(with.frames >= without.frames - (loss < 0.1 ? 2.5 : 4.5), "\(with), without \(without)")
        #expect(with.still < (loss < 0.1 ? 0.8 : 0.95) * without.still, "\(with), without \(without)")
        #expect(with.again / with.sent < 0.97 * without.again / without.sent, "\(with), without \(without)")
    }

    @Test("asks for layers only where repair comes too late", arguments: 41...43 as ClosedRange<UInt64>)
    func layersWhereTheyPay(seed: UInt64) {
        func prefersLayers(loss: Double, oneWay: Interval, takesProtection: Bool = true) -> (SimulatedCall, Bool) {
            let call = followingCall(seed: seed, capacity: nil, oneWay: oneWay) { configuration in
                (configuration.startBitrate, configuration.maximumBitrate) = (600_000, 1_000_000)
                if !takesProtection { configuration.capabilities.redundancy = nil }
            }
            call.run(for: .seconds(5))
            #expect(!call.caller.prefersLayers)
            call.conditions.loss = loss
            call.run(for: .seconds(20))
            return (call, call.caller.prefersLayers)
        }
        #expect(!prefersLayers(loss: 0.05, oneWay: .milliseconds(50)).1)
        #expect(prefersLayers(loss: 0.25, oneWay: .milliseconds(50)).1)
        #expect(prefersLayers(loss: 0.12, oneWay: .milliseconds(120)).1)
        #expect(!prefersLayers(loss: 0.05, oneWay: .milliseconds(120)).1)
        let (call, isLayered) = prefersLayers(loss: 0.05, oneWay: .milliseconds(120), takesProtection: false)
        #expect(isLayered)
        call.conditions.loss = 0
        call.run(for: .seconds(20))
        #expect(!call.caller.prefersLayers)
    }

    /// Every packet of the upper layer is lost, sent again or not: half of the pictures are seen, evenly.
    @Test("goes on with half of the pictures where the upper layer never comes")
    func onlyTheBaseLayer() {
        let call = limitedCall(seed: 21, capacity: nil, oneWay: .milliseconds(20))
        call.caller.sendsLayers = true
        call.run(for: .seconds(5))
        let (frames, upper) = (call.callee.framesReceived, call.callee.upperFramesReceived)
        let (keyFrames, freezes) = (call.callee.keyFramesReceived, call.callee.freezes.freezeCount)
        // In the clear, as these are: the descriptor follows on header and extensions, and its N bit is set.
        call.filter = { side, bytes in side != .caller || !isUpper(bytes) }
        call.run(for: .seconds(20))
        #expect(call.callee.upperFramesReceived == upper)
        #expect((call.callee.framesReceived - frames) >= 20 * 15 - 10)
        #expect(call.callee.keyFramesReceived == keyFrames)
        #expect(call.callee.freezes.freezeCount == freezes)
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

/// Whether a datagram carries a piece of a frame that nothing is predicted from.
private func isUpper(_ bytes: [UInt8]) -> Bool {
    // Sound's packets are smaller, and reports begin with a payload type that no stream has.
    guard bytes.count > 300, let header = try? RTPHeader(parsing: bytes.span.bytes), header.extensionProfile != 0,
        !(64..<96).contains(header.payloadType)
    else { return false }
    let payload = header.payloadRange.lowerBound
    // A retransmission has the number that it repeats before the payload.
    return [payload, payload + 2].contains { start in
        start + 1 < bytes.count && bytes[start] & 0xE8 == 0xA0 && bytes[start + 1] == 0xE0
    }
}
