import JitterBuffer
import PeerConnection
import Primitives
import RTP
import SDP
import Simulation
import Testing

/// Video with forward error correction, where the path is long and loses (docs/adr/0012-forward-error-correction.md).
@Suite("Forward error correction") struct ProtectionTests {
    /// What one call's callee saw of the caller from the tenth second on.
    struct Outcome: Sendable {
        var frames = 0.0
        var still = 0.0
        var again = 0.0
        var parity = 0.0
        var repaired = 0
        var discarded = 0
        var bitrate = 0
        var keyFrames = 0
        var isProtected = false

        static func + (a: Outcome, b: Outcome) -> Outcome {
            Outcome(
                frames: a.frames + b.frames, still: a.still + b.still, again: a.again + b.again,
                parity: a.parity + b.parity, repaired: a.repaired + b.repaired, discarded: a.discarded + b.discarded,
                bitrate: a.bitrate + b.bitrate, keyFrames: a.keyFrames + b.keyFrames,
                isProtected: a.isProtected || b.isProtected)
        }
    }

    static func run(
        seed: UInt64, loss: Double, bursts: LossBursts? = nil, oneWay: Interval, takesProtection: Bool,
        seconds: Int64 = 40
    ) -> Outcome {
        let call = followingCall(seed: seed, capacity: nil, oneWay: oneWay) { configuration in
            (configuration.startBitrate, configuration.maximumBitrate) = (600_000, 1_000_000)
            if !takesProtection { configuration.capabilities.redundancy = nil }
        }
        call.run(for: .seconds(5))
        (call.conditions.loss, call.conditions.bursts) = (loss, bursts)
        call.run(for: .seconds(5))
        let (frames, still) = (call.callee.framesReceived, call.callee.freezes.totalFreezesDuration)
        let keyFrames = call.callee.keyFramesReceived
        let before = call.caller.statistics(now: call.now).outboundRTP.first { $0.kind == .video }
        var bitrate = 0
        for _ in 0..<seconds {
            call.run(for: .seconds(1))
            bitrate += call.caller.targetBitrate ?? 0
        }
        let after = call.caller.statistics(now: call.now).outboundRTP.first { $0.kind == .video }
        let received = call.callee.statistics(now: call.now).inboundRTP.first { $0.kind == .video }
        #expect(call.faults.isEmpty, "\(call.faults)")
        let sent = Double(after?.bytesSent ?? 0) - Double(before?.bytesSent ?? 0)
        return Outcome(
            frames: Double(call.callee.framesReceived - frames) / Double(seconds),
            still: call.callee.freezes.totalFreezesDuration - still,
            again: (Double(after?.retransmittedBytesSent ?? 0) - Double(before?.retransmittedBytesSent ?? 0)) / sent,
            parity: (Double(after?.fecBytesSent ?? 0) - Double(before?.fecBytesSent ?? 0)) / sent,
            repaired: Int(received?.packetsRepaired ?? 0), discarded: Int(received?.fecPacketsDiscarded ?? 0),
            bitrate: bitrate / Int(seconds), keyFrames: call.callee.keyFramesReceived - keyFrames,
            isProtected: (after?.fecPacketsSent ?? 0) > 0)
    }

    static func sum(
        _ seeds: ClosedRange<UInt64>, loss: Double, bursts: LossBursts? = nil, oneWay: Interval, takesProtection: Bool
    ) -> Outcome {
        seeds.map {
            run(seed: $0, loss: loss, bursts: bursts, oneWay: oneWay, takesProtection: takesProtection)
        }.reduce(Outcome(), +)
    }

    /// The same calls without it; figures of ADR 12 come from here.
    @Test("on a long way stands still for less time", arguments: [(0.05, 0.8), (0.1, 0.3)])
    func longWay(loss: Double, share: Double) {
        let seeds = 1...UInt64(environment("CALLPOINT_PROTECTION_SEEDS", isDebugBuild ? 2 : 10)) as ClosedRange<UInt64>
        let with = Self.sum(seeds, loss: loss, oneWay: .milliseconds(150), takesProtection: true)
        let without = Self.sum(seeds, loss: loss, oneWay: .milliseconds(150), takesProtection: false)
        #expect(with.still < share * without.still, "\(with), without \(without)")
        #expect(with.frames > 0.97 * without.frames)
        #expect(with.repaired > 0 && with.parity / Double(seeds.count) < 0.45)
        #expect(!without.isProtected)
    }

    /// A viewer's player no longer waits for what comes again, so that what still has to stands out: no fewer pauses, but more
    /// frames and sooner.
    @Test("on a long way that loses little shows more frames, and sends less again")
    func longWayThatLosesLittle() {
        let seeds = 1...UInt64(environment("CALLPOINT_PROTECTION_SEEDS", isDebugBuild ? 2 : 10)) as ClosedRange<UInt64>
        let with = Self.sum(seeds, loss: 0.02, oneWay: .milliseconds(150), takesProtection: true)
        let without = Self.sum(seeds, loss: 0.02, oneWay: .milliseconds(150), takesProtection: false)
        #expect(with.frames > without.frames && with.again < 0.6 * without.again, "\(with), without \(without)")
        #expect(with.still / Double(seeds.count) < 2 && with.repaired > 0 && with.parity / Double(seeds.count) < 0.2)
    }

    @Test("leaves next to nothing to send again on a shorter way that loses much", arguments: [0.05, 0.1])
    func middleWay(loss: Double) {
        let seeds = 1...UInt64(environment("CALLPOINT_PROTECTION_SEEDS", isDebugBuild ? 2 : 10)) as ClosedRange<UInt64>
        let with = Self.sum(seeds, loss: loss, oneWay: .milliseconds(50), takesProtection: true)
        let without = Self.sum(seeds, loss: loss, oneWay: .milliseconds(50), takesProtection: false)
        #expect(with.still <= max(0.5 * without.still, 0.03 * Double(seeds.count)), "\(with), without \(without)")
        #expect(with.frames > 0.97 * without.frames && with.again < 0.2 * without.again)
    }

    @Test("adds nothing on a short way, and on a longer one that loses little", arguments: [(0.05, 20), (0.01, 50)])
    func shortWay(loss: Double, oneWay: Int64) {
        for seed in 1...3 as ClosedRange<UInt64> {
            let outcome = Self.run(
                seed: seed, loss: loss, oneWay: .milliseconds(oneWay), takesProtection: true, seconds: 10)
            #expect(!outcome.isProtected && outcome.repaired == 0)
        }
    }

    @Test("adds nothing on a long way that loses nothing")
    func cleanWay() {
        let outcome = Self.run(seed: 4, loss: 0, oneWay: .milliseconds(150), takesProtection: true, seconds: 10)
        #expect(!outcome.isProtected && outcome.frames > 29)
    }

    /// As Chromium's do, which say the stream's MID for longer than the stream itself: parity was not computed from these bytes.
    @Test(
        "repairs nothing with packets that came again with other extensions",
        arguments: 40...60 as ClosedRange<UInt64>)
    func longerRepeats(seed: UInt64) {
        let call = followingCall(seed: seed, capacity: nil, oneWay: .milliseconds(50)) { $0.maximumBitrate = 1_000_000 }
        call.run(for: .seconds(5))
        call.conditions.loss = 0.1
        var repeated = 0
        call.filter = { side, bytes in
            guard side == .caller, let longer = withLongerExtensions(bytes) else { return true }
            repeated += 1
            let (from, to) = (call.caller.addresses[0], call.callee.addresses[0])
            call.at(call.now + .milliseconds(50)) { call in
                guard var buffer = try? call.callee.packets.take() else { return }
                buffer.copy(from: longer.span.bytes)
                call.callee.peer.receive(buffer, from: from, to: to, at: call.now)
            }
            return false
        }
        call.run(for: .seconds(60))
        let video = call.callee.statistics(now: call.now).inboundRTP.first { $0.kind == .video }
        #expect(repeated > 50 && (video?.packetsRepaired ?? 0) > 100)
        #expect(call.faults.isEmpty, "\(call.faults)")
    }

    /// As Chromium does once RED is agreed: all of its video is in it, and what is sent again too.
    @Test("takes all video in RED, and retransmissions of that", arguments: 1...3 as ClosedRange<UInt64>)
    func allInRED(seed: UInt64) {
        // So near that neither side protects its own.
        let call = limitedCall(seed: seed, capacity: nil, oneWay: .milliseconds(30))
        call.run(for: .milliseconds(150))
        var random = RandomSource(seed: seed)
        var repeated = 0
        call.filter = { side, bytes in
            guard side == .caller, let (inRED, isRepeated) = inRED(bytes) else { return true }
            if random.chance(0.05) { return false }
            if isRepeated { repeated += 1 }
            let (from, to) = (call.caller.addresses[0], call.callee.addresses[0])
            call.at(call.now + .milliseconds(30)) { call in
                guard var buffer = try? call.callee.packets.take() else { return }
                buffer.copy(from: inRED.span.bytes)
                call.callee.peer.receive(buffer, from: from, to: to, at: call.now)
            }
            return false
        }
        call.run(for: .seconds(5))
        let (frames, keyFrames) = (call.callee.framesReceived, call.callee.keyFramesReceived)
        call.run(for: .seconds(20))
        #expect(Double(call.callee.framesReceived - frames) / 20 >= 29)
        #expect(call.callee.keyFramesReceived == keyFrames)
        let statistics = call.callee.statistics(now: call.now)
        let video = statistics.inboundRTP.first { $0.kind == .video }
        #expect((video?.retransmittedPacketsReceived ?? 0) > 100 && repeated > 100)
        #expect(statistics.transport.refusals.malformed == 0 && statistics.transport.refusals.unroutable == 0)
        #expect(call.faults.isEmpty, "\(call.faults)")
    }
}

/// A packet of video, or one sent again, in RED by the numbers of our offers; nil for everything else.
private func inRED(_ bytes: [UInt8]) -> (packet: [UInt8], isRepeated: Bool)? {
    guard bytes.count > 20, bytes[0] >> 6 == 2, let header = try? RTPHeader(parsing: bytes.span.bytes),
        header.payloadType == 96 || header.payloadType == 97
    else { return nil }
    let isRepeated = header.payloadType == 97
    var packet = bytes
    packet[1] = (header.marker ? 0x80 : 0) | (isRepeated ? 99 : 98)
    packet.insert(96, at: header.payloadRange.lowerBound + (isRepeated ? 2 : 0))
    return (packet, isRepeated)
}

/// A retransmission by the numbers of our offers, with four bytes of padding behind its header extensions (RFC 8285 §4.2); nil for
/// everything else.
private func withLongerExtensions(_ bytes: [UInt8]) -> [UInt8]? {
    guard bytes.count > 20, bytes[0] >> 6 == 2, let header = try? RTPHeader(parsing: bytes.span.bytes),
        header.payloadType == 97, !header.extensionRange.isEmpty
    else { return nil }
    var packet = bytes
    packet[header.extensionRange.lowerBound - 1] += 1
    packet.insert(contentsOf: [0, 0, 0, 0], at: header.extensionRange.upperBound)
    return packet
}
