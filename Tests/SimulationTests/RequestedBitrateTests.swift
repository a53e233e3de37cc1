import PeerConnection
import Primitives
import RTP
import SDP
import Simulation
import Testing

/// Peers that go by REMB alone.
@Suite("A peer that has only REMB") struct RequestedBitrateTests {
    private func call(seed: UInt64, capacity: Double?, extensions: [HeaderExtension] = HeaderExtension.allCases)
        -> SimulatedCall
    {
        followingCall(seed: seed, capacity: capacity, oneWay: .milliseconds(25)) { configuration in
            configuration.capabilities.withdraw([.transportCC])
            configuration.capabilities.extensions = extensions
        }
    }

    /// Whether a datagram, in the clear, has REMB in it.
    static func isRequest(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 24, bytes[0] & 0xC0 == 0x80, (200...206).contains(bytes[1]) else { return false }
        return bytes.indices.dropLast(3).contains { bytes[$0..<$0 + 4].elementsEqual("REMB".utf8) }
    }

    @Test(
        "is asked for what a narrow link carries, and its queue stays short",
        arguments: 1...3 as ClosedRange<UInt64>, [HeaderExtension.allCases, [.mid]])
    func narrow(seed: UInt64, extensions: [HeaderExtension]) {
        let call = call(seed: seed, capacity: 500_000, extensions: extensions)
        call.run(for: .seconds(10))
        let reading = measure(call, for: .seconds(20))
        #expect(reading.meanQueue <= .milliseconds(80), "\(reading)")
        #expect(reading.use >= 0.75, "\(reading)")
        #expect(reading.frames >= 570, "\(reading)")
        #expect(call.faults.isEmpty, "\(call.faults)")
    }

    @Test("is asked once a second for all that is taken, where nothing speaks against it")
    func wide() {
        let call = call(seed: 7, capacity: nil)
        var requests = 0
        call.filter = { _, bytes in
            if Self.isRequest(bytes) { requests += 1 }
            return true
        }
        call.run(for: .seconds(20))
        #expect(call.caller.targetBitrate == PeerConfiguration().maximumBitrate)
        #expect((36...42).contains(requests), "\(requests) by both sides")
    }

    @Test("and where there is better feedback nothing is asked")
    func betterFeedback() {
        let call = limitedCall(seed: 8, capacity: 1_000_000)
        var requests = 0
        call.filter = { _, bytes in
            if Self.isRequest(bytes) { requests += 1 }
            return true
        }
        call.run(for: .seconds(10))
        #expect(requests == 0)
    }

    /// Feedback was agreed on and does not come: what the peer asks for is all there is.
    @Test("in fact, whatever it has agreed to, is followed")
    func feedbackThatNeverComes() throws {
        let call = limitedCall(seed: 9, capacity: nil)
        call.filter = { side, bytes in
            !(side == .callee && bytes.count > 1 && bytes[1] == 205 && bytes[0] & 31 == 15)
        }
        call.run(for: .seconds(3))
        func ask(_ bitrate: Int) throws {
            var buffer = try call.caller.packets.take()
            buffer.setCount(64)
            var writer = RTCPWriter(buffer.mutableBytes)
            writer.maximumBitrate(senderSSRC: 1, mediaSSRC: 2, bitrate: bitrate)
            let count = writer.count
            buffer.setCount(count)
            call.caller.peer.receive(
                buffer, from: call.callee.addresses[0], to: call.caller.addresses[0], at: call.now)
            call.settle(.caller)
        }
        try ask(300_000)
        call.run(for: .seconds(1))
        #expect((200_000...300_000).contains(call.caller.targetBitrate ?? 0), "\(call.caller.targetBitrate ?? 0)")
        try ask(900_000)
        call.run(for: .seconds(1))
        #expect((800_000...900_000).contains(call.caller.targetBitrate ?? 0), "\(call.caller.targetBitrate ?? 0)")
        #expect(call.faults.isEmpty, "\(call.faults)")
    }
}
