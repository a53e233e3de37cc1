import PeerConnection
import Primitives
import SDP
import Simulation
import Testing

/// The engine fed what no honest peer sends. Security is plain, so that everything reaches the parsers behind it.
@Suite struct HostilePeerTests {
    /// Valid datagrams of every kind, as they were on the wire, to the callee of a call that stands.
    static func recording() -> (call: SimulatedCall, datagrams: [[UInt8]]) {
        let call = Scenario(seed: 3).standing()
        var datagrams: [[UInt8]] = []
        var seen: [String: Int] = [:]
        call.conditions.loss = 0.03
        call.filter = { side, bytes in
            guard side == .caller, bytes.count > 1 else { return true }
            let kind = "\(bytes[0] >> 6) \(bytes[1] & 0x7F) \(bytes[0] & 31) \(bytes.count / 200)"
            seen[kind, default: 0] += 1
            if seen[kind, default: 0] <= 3 { datagrams.append(bytes) }
            return true
        }
        call.run(for: .seconds(6))
        call.filter = nil
        return (call, datagrams + handmade(call))
    }

    /// RTCP that this engine does not send by itself but must read: REMB, FIR, BYE, SDES, NACK, feedback with odd counts.
    static func handmade(_ call: SimulatedCall) -> [[UInt8]] {
        let ssrc = call.callee.statistics(now: call.now).outboundRTP.last?.ssrc ?? 0
        let media = (0..<4).map { UInt8(truncatingIfNeeded: ssrc >> (24 - 8 * UInt32($0))) }
        let sender: [UInt8] = [1, 2, 3, 4]
        func packet(_ parts: [UInt8]...) -> [UInt8] { parts.flatMap { $0 } }
        return [
            packet([0x8F, 206, 0, 5], sender, [0, 0, 0, 0], Array("REMB".utf8), [1, 0x0B, 0xFF, 0xFF], media),
            packet([0x84, 206, 0, 4], sender, [0, 0, 0, 0], media, [7, 0, 0, 0]),
            packet([0x81, 206, 0, 2], sender, media),
            packet([0x81, 205, 0, 4], sender, media, [0, 0, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF]),
            packet([0x8F, 205, 0, 6], sender, media, [0, 1, 0, 20, 0, 0, 1, 0, 0x20, 20, 1, 2, 3, 4, 5, 6]),
            packet([0x81, 203, 0, 1], sender),
            packet([0x81, 202, 0, 3], sender, [1, 5], Array("hello".utf8), [0]),
            packet([0x81, 201, 0, 7], sender, media, [UInt8](repeating: 9, count: 20)),
        ]
    }

    static func inject(_ bytes: [UInt8], _ call: SimulatedCall, at now: Instant) {
        let callee = call.callee
        guard var buffer = try? callee.packets.take() else { return }
        buffer.copy(from: bytes.span.bytes)
        callee.peer.receive(buffer, from: call.caller.addresses[0], to: callee.addresses[0], at: now)
        callee.drain(now: now) { _, _, _ in }
    }

    @Test func everyTruncation() {
        let (call, datagrams) = Self.recording()
        #expect(datagrams.count > 20)
        var now = call.now
        for datagram in datagrams {
            for length in 0..<datagram.count {
                now += .microseconds(10)
                Self.inject(Array(datagram.prefix(length)), call, at: now)
            }
        }
        #expect(!call.callee.faults.contains("poll never became idle"))
        #expect(call.callee.state == .connected)
    }

    /// A million mutated datagrams, `CALLPOINT_FUZZ` times.
    @Test func mutatedDatagrams() {
        var (call, datagrams) = Self.recording()
        var random = RandomSource(seed: 2024)
        var now = call.now
        for round in 0..<environment("CALLPOINT_FUZZ", 1) * (isDebugBuild ? 20_000 : 1_000_000) {
            if round % 15_000 == 14_999 {
                #expect(call.callee.state == .connected)
                (call, datagrams) = Self.recording()  // before consent runs out, which nobody renews here
                now = call.now
            }
            var bytes = datagrams[Int.random(in: 0..<datagrams.count, using: &random)]
            for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                let index = Int.random(in: 0..<min(bytes.count, 64), using: &random)
                switch random.next() % 5 {
                case 0: bytes[index] = .random(in: 0...255, using: &random)
                case 1: bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
                case 2: bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
                case 3: bytes[index] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
                default: bytes.insert(.random(in: 0...255, using: &random), at: index)
                }
            }
            if bytes.count > 1536 { bytes.removeLast(bytes.count - 1536) }
            now += .microseconds(Int64.random(in: 0...2000, using: &random))
            Self.inject(bytes, call, at: now)
            if round % 16 == 0 {
                call.callee.peer.advance(to: now)
                call.callee.sendFrame(now: now)
                call.callee.drain(now: now) { _, _, _ in }
            }
        }
        #expect(!call.callee.faults.contains("poll never became idle"))
    }

    /// Descriptions and candidates with bytes changed, lines dropped, doubled and exchanged.
    @Test func mutatedDescriptions() throws {
        var random = RandomSource(seed: 77)
        let call = Scenario(seed: 3).call()
        let offer = Array(try call.caller.peer.createOffer(now: call.now).utf8)
        var accepted = 0
        for round in 0..<environment("CALLPOINT_FUZZ", 1) * 500 {
            let bytes = Self.mutated(offer, &random)
            let scenario = Scenario(seed: 3).call(packetSlots: 16, frameSlots: 1)
            let text = String(decoding: bytes, as: UTF8.self)
            if (try? scenario.callee.peer.accept(offer: text, now: scenario.now)) != nil { accepted += 1 }
            if round % 3 == 0, (try? scenario.caller.peer.createOffer(now: scenario.now)) != nil {
                try? scenario.caller.peer.accept(answer: text, now: scenario.now)
            }
            for line in text.split(separator: "\r\n") where line.hasPrefix("a=cand") {
                scenario.callee.peer.addRemoteCandidate(String(line), mid: "0", mLineIndex: 0, now: scenario.now)
            }
            scenario.settle(.callee)
            scenario.settle(.caller)
            #expect(scenario.callee.faults == [])
        }
        #expect(accepted > 0)  // or the mutations would be too coarse to get anywhere
    }

    static func mutated(_ source: [UInt8], _ random: inout RandomSource) -> [UInt8] {
        if random.chance(0.5) {
            var lines = source.split(separator: 10, omittingEmptySubsequences: false).map(Array.init)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let (i, k) = (
                    Int.random(in: 0..<lines.count, using: &random), Int.random(in: 0..<lines.count, using: &random)
                )
                switch random.next() % 3 {
                case 0: lines.swapAt(i, k)
                case 1: lines[i] = lines[k]
                default: if lines.count > 2 { lines.remove(at: i) }
                }
            }
            return Array(lines.joined(separator: [10]))
        }
        var bytes = source
        for _ in 0..<Int.random(in: 1...5, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch random.next() % 4 {
            case 0: bytes[index] = .random(in: 0...255, using: &random)
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(.random(in: 32...126, using: &random), at: index)
            default: bytes.removeLast(Int.random(in: 0..<min(bytes.count, 200), using: &random))
            }
        }
        return bytes
    }

    /// V22 and V23: authentic feedback without measure, and sources without number.
    @Test func floodsOfFeedbackAndSources() {
        let (call, _) = Self.recording()
        let ssrc = call.callee.statistics(now: call.now).outboundRTP.last?.ssrc ?? 0
        let media = (0..<4).map { UInt8(truncatingIfNeeded: ssrc >> (24 - 8 * UInt32($0))) }
        var now = call.now
        let requests = call.callee.keyFrameRequests
        var sent = 0
        for i in 0..<10_000 {
            now += .microseconds(100)
            let pli: [UInt8] = [0x81, 206, 0, 2, 1, 2, 3, 4] + media
            let nack: [UInt8] =
                [0x81, 205, 0, 3, 1, 2, 3, 4] + media + [UInt8(i >> 8 & 255), UInt8(i & 255), 0xFF, 0xFF]
            let remb: [UInt8] =
                [0x8F, 206, 0, 5, 1, 2, 3, 4, 0, 0, 0, 0] + Array("REMB".utf8) + [1, 0xFF, 0xFF, 0xFF] + media
            Self.inject(pli, call, at: now)
            Self.inject(remb, call, at: now)
            guard var buffer = try? call.callee.packets.take() else { continue }
            buffer.copy(from: nack.span.bytes)
            call.callee.peer.receive(buffer, from: call.caller.addresses[0], to: call.callee.addresses[0], at: now)
            call.callee.drain(now: now) { bytes, _, _ in sent += bytes.byteCount }
        }
        #expect(call.callee.keyFrameRequests - requests <= 3)  // one second
        #expect(sent < 64 * 1024)
        let bitrate = call.callee.statistics(now: now).outboundRTP.last?.targetBitrate ?? .max
        #expect(bitrate <= PeerConfiguration().maximumBitrate)

        let before = call.callee.packets.inUse
        for i in 0..<65_536 as Range<UInt32> {
            let source = (0..<4).map { UInt8(truncatingIfNeeded: (i &* 2_654_435_761) >> (24 - 8 * UInt32($0))) }
            let header: [UInt8] = [0x80, 96, UInt8(i >> 8 & 255), UInt8(i & 255), 0, 0, 0, 1]
            Self.inject(header + source + [0x90, 0x80, 0x80, 1, 0x11, 0, 0, 1, 2, 3], call, at: now)
        }
        #expect(call.callee.packets.inUse <= before + 32)
        #expect(call.callee.statistics(now: now).transport.refusals.unroutable >= 65_536 - 20)
        #expect(call.callee.state == .connected)
    }

    /// V10: media and DTLS from an address that no check has come from change nothing.
    @Test func aStrangersDatagramsAreNotLookedAt() {
        let (call, datagrams) = Self.recording()
        let stranger = TransportAddress(IPAddress(ipv4: 0xC633_6401), port: 9)
        let before = call.callee.statistics(now: call.now)
        for datagram in datagrams + [[UInt8](repeating: 22, count: 60)] {
            guard var buffer = try? call.callee.packets.take() else { continue }
            buffer.copy(from: datagram.span.bytes)
            call.callee.peer.receive(buffer, from: stranger, to: call.callee.addresses[0], at: call.now)
            var toStranger = 0
            call.callee.drain(now: call.now) { _, _, to in if to == stranger { toStranger += 1 } }
            // A repeated check may be answered and checked in turn; nothing else is.
            #expect(toStranger <= ((datagram.first ?? 0) < 4 ? 2 : 0))
        }
        let after = call.callee.statistics(now: call.now)
        #expect(after.inboundRTP == before.inboundRTP)
        #expect(after.candidatePair?.remote == before.candidatePair?.remote)
        #expect(after.transport.refusals.unvalidatedPair > before.transport.refusals.unvalidatedPair)
    }
}
