import JitterBuffer
import PeerConnection
import Primitives
import RTP
import Simulation
import Testing

/// A peer that asks for a packet as soon as the one behind it has come, as browsers do, on a path on which packets overtake each
/// other.
@Suite("Packets that overtake each other") struct ReorderingTests {
    /// The share of what is sent that is sent again, and for how long the picture stands still; the callee asks at the first gap
    /// beside what it asks of its own.
    private func run(seed: UInt64, loss: Double, jitter: Interval) -> (
        again: Double, still: Double, call: SimulatedCall
    ) {
        let call = limitedCall(seed: seed, capacity: nil, oneWay: .milliseconds(50))
        call.run(for: .seconds(5))
        (call.conditions.delay, call.conditions.jitter) = (.milliseconds(50) - jitter / 2, jitter)
        var random = RandomSource(seed: seed)
        var counted = 0
        call.filter = { side, bytes in
            guard side == .caller, let header = try? RTPHeader(parsing: bytes.span.bytes), header.payloadType == 96
            else { return true }
            counted += 1
            let isLost = random.chance(loss)
            // Half of those that others overtake, and all that are lost.
            guard isLost || jitter > .zero && counted.isMultiple(of: 2) else { return true }
            call.at(call.now + .milliseconds(100)) { call in
                let number = header.sequenceNumber
                let nack: [UInt8] =
                    [0x81, 205, 0, 3, 0, 0, 0, 1]
                    + (0..<4).map { UInt8(truncatingIfNeeded: header.ssrc >> (24 - 8 * $0)) }
                    + [UInt8(number >> 8), UInt8(number & 255), 0, 0]
                guard var buffer = try? call.caller.packets.take() else { return }
                buffer.copy(from: nack.span.bytes)
                call.caller.peer.receive(
                    buffer, from: call.callee.addresses[0], to: call.caller.addresses[0], at: call.now)
            }
            return !isLost
        }
        call.run(for: .seconds(5))
        let still = call.callee.freezes.totalFreezesDuration
        let before = call.caller.statistics(now: call.now).outboundRTP.first { $0.kind == .video }
        call.run(for: .seconds(20))
        let after = call.caller.statistics(now: call.now).outboundRTP.first { $0.kind == .video }
        let again = Double(after?.retransmittedBytesSent ?? 0) - Double(before?.retransmittedBytesSent ?? 0)
        let sent = Double(after?.bytesSent ?? 0) - Double(before?.bytesSent ?? 0)
        #expect(call.faults.isEmpty, "\(call.faults)")
        return (again / sent, call.callee.freezes.totalFreezesDuration - still, call)
    }

    @Test("are not sent again when feedback says in time that they have come", arguments: 1...3 as ClosedRange<UInt64>)
    func overtaken(seed: UInt64) {
        let (again, still, call) = run(seed: seed, loss: 0, jitter: .milliseconds(60))
        #expect(again < 0.08, "\(again)")
        #expect(still < 0.5)
        #expect(call.callee.keyFramesReceived == 1)
    }

    @Test("are sent again all the same where they are lost", arguments: 1...3 as ClosedRange<UInt64>)
    func lost(seed: UInt64) {
        let (again, still, _) = run(seed: seed, loss: 0.02, jitter: .milliseconds(60))
        #expect(again > 0.01 && again < 0.12, "\(again)")
        #expect(still < 2)
    }

    @Test("and where none do, what is asked for is sent at once", arguments: 1...3 as ClosedRange<UInt64>)
    func inOrder(seed: UInt64) {
        let (again, still, _) = run(seed: seed, loss: 0.02, jitter: .zero)
        #expect(again > 0.01, "\(again)")
        #expect(still < 0.3)
    }
}
