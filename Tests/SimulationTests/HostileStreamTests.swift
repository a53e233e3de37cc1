import PeerConnection
import Primitives
import Simulation
import Testing

/// Streams that carry what no honest server or peer sends: ChannelData and STUN over TCP (RFC 8656 §12.5), and datagrams
/// behind their lengths (RFC 4571). Security is plain, so that everything reaches the parsers behind it.
@Suite struct HostileStreamTests {
    enum Bearer: CaseIterable, Sendable { case relay, peer }

    struct Recording {
        let call: SimulatedCall
        /// The callee's, that media come by.
        let stream: StreamNumber
        /// Whole messages with their framing, of each kind and size some.
        let messages: [[UInt8]]
    }

    /// A call that stands and whose callee has nothing but streams.
    static func call(_ bearer: Bearer, seed: UInt64 = 3) -> SimulatedCall {
        switch bearer {
        case .peer: return ConnectionTests.call(listening: [.callee], seed: seed)
        case .relay:
            let call = NetworkScenario(calleePolicy: .relay, seed: seed).call()
            call.firewalls[SimulatedCall.Side.callee.rawValue].passesUDP = false
            return call
        }
    }

    static func recording(_ bearer: Bearer) -> Recording? {
        let call = call(bearer)
        var bytes: [StreamNumber: [UInt8]] = [:]
        call.cameByStream = { side, number, piece in
            if side == .callee { bytes[number, default: []] += piece }
        }
        call.begin()
        call.run(for: .milliseconds(1500))
        call.cameByStream = nil
        guard call.callee.state == .connected, let used = bytes.max(by: { $0.value.count < $1.value.count }) else {
            return nil
        }
        var seen: [Int: Int] = [:]
        let messages = split(used.value, bearer).filter { message in
            let header = bearer == .peer ? 2 : message[0] < 0x40 ? 0 : 4
            let kind = message.count > header + 1 ? Int(message[header]) << 8 | Int(message[header + 1] & 0x7F) : 0
            let key = (header << 16 | kind) << 4 | message.count / 200
            seen[key, default: 0] += 1
            return seen[key, default: 0] <= 3
        }
        return Recording(call: call, stream: used.key, messages: messages)
    }

    static func split(_ stream: [UInt8], _ bearer: Bearer) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        var start = 0
        while start + 4 <= stream.count {
            let (first, second) = (
                Int(stream[start]) << 8 | Int(stream[start + 1]), Int(stream[start + 2]) << 8 | Int(stream[start + 3])
            )
            let size = bearer == .peer ? 2 + first : first < 0x4000 ? 20 + second : (4 + second + 3) & ~3
            messages.append(Array(stream[start..<min(start + size, stream.count)]))
            start += size
        }
        return messages
    }

    static func inject(_ bytes: ArraySlice<UInt8>, _ recording: Recording) {
        let call = recording.call
        call.callee.peer.receive(Array(bytes).span.bytes, on: recording.stream, at: call.now)
        call.settle(.callee)
    }

    /// Wherever a message is cut, the stream goes on, and the call too.
    @Test(arguments: Bearer.allCases) func splitAtEveryByte(bearer: Bearer) throws {
        let recording = try #require(Self.recording(bearer))
        let call = recording.call
        #expect(recording.messages.count > 10)
        let received = call.callee.statistics(now: call.now).transport.packetsReceived
        var sent: UInt64 = 0
        for message in recording.messages {
            for cut in 0...message.count where message.count < 300 || cut % 97 == 0 || cut < 48 {
                Self.inject(message.prefix(cut), recording)
                Self.inject(message.dropFirst(cut), recording)
                sent += 1
            }
        }
        #expect(call.callee.statistics(now: call.now).transport.packetsReceived == received + sent)
        #expect(call.flows(after: .seconds(1)))
        #expect(!call.callee.faults.contains("poll never became idle"))
    }

    /// Cut off anywhere, and then the next message: the rest is read as what it is not, and the call ends or mends.
    @Test(arguments: Bearer.allCases) func everyTruncation(bearer: Bearer) throws {
        var recording = try #require(Self.recording(bearer))
        let shortest = recording.messages.filter { $0.count < 150 }.prefix(6)
        #expect(shortest.count > 3)
        for message in shortest {
            for cut in stride(from: 1, to: message.count, by: isDebugBuild ? 17 : 1) {
                Self.inject(message.prefix(cut), recording)
                for next in recording.messages.prefix(20) { Self.inject(next[...], recording) }
                recording.call.run(for: .milliseconds(20))
                try Self.check(recording)
                recording = try #require(Self.recording(bearer))
            }
        }
    }

    /// 20,000 mutated messages, `CALLPOINT_FUZZ` times.
    @Test(arguments: Bearer.allCases) func mutatedMessages(bearer: Bearer) throws {
        var recording = try #require(Self.recording(bearer))
        var random = RandomSource(seed: 8656)
        var injected = 0
        let rounds = environment("CALLPOINT_FUZZ", 1) * (isDebugBuild ? 800 : 20_000)
        for round in 0..<rounds {
            var bytes = Self.mutated(recording.messages, bearer, &random)
            injected += 1
            while !bytes.isEmpty {
                let piece = Int.random(in: 1...bytes.count, using: &random)
                Self.inject(bytes.prefix(piece), recording)
                bytes.removeFirst(piece)
            }
            guard round % 40 == 39 else { continue }
            recording.call.run(for: .milliseconds(100))
            try Self.check(recording)
            recording = try #require(Self.recording(bearer))
        }
        #expect(injected == rounds)
    }

    private static func check(_ recording: Recording) throws {
        let callee = recording.call.callee
        #expect(!callee.faults.contains("poll never became idle"))
        #expect(!callee.faults.contains { $0.hasPrefix("stuck") })
        #expect(callee.packets.inUse < callee.packets.slotCount / 2)
    }

    static func mutated(_ seeds: [[UInt8]], _ bearer: Bearer, _ random: inout RandomSource) -> [UInt8] {
        var bytes = seeds[Int.random(in: 0..<seeds.count, using: &random)]
        let (lengthAt, header) = bearer == .peer ? (0, 2) : (2, 4)
        for _ in 0..<Int.random(in: 1...3, using: &random) where bytes.count > header {
            let index = Int.random(in: header..<min(max(bytes.count, header + 1), 64 + header), using: &random)
            switch random.next() % 10 {
            case 0:  // a length that lies
                bytes[lengthAt] = [0, 0, 1, 5, 6, 0x7F, 0xFF].randomElement(using: &random) ?? 0
            case 1: bytes[lengthAt + 1] = .random(in: 0...255, using: &random)
            case 2: bytes[0] ^= 1 << UInt8.random(in: 0...7, using: &random)
            case 3:  // another channel
                if bearer == .relay, bytes[0] >= 0x40 { bytes[1] = .random(in: 0...255, using: &random) }
            case 4:  // too little, with a length that says so
                guard bytes.count > header + 4, bytes[0] < 0x50 || bearer == .peer else { continue }
                bytes.removeLast(4 * Int.random(in: 0..<(bytes.count - header) / 4, using: &random))
                let size = bearer == .relay && bytes[0] < 0x40 ? bytes.count - 20 : bytes.count - header
                (bytes[lengthAt], bytes[lengthAt + 1]) = (UInt8(max(0, size) >> 8 & 255), UInt8(max(0, size) & 255))
            case 5: bytes += [UInt8](repeating: 0, count: Int.random(in: 1...4, using: &random))
            case 6: bytes.removeLast(Int.random(in: 0..<bytes.count - header, using: &random))
            case 7: bytes.insert(.random(in: 0...255, using: &random), at: min(index, bytes.count))
            default:
                guard index < bytes.count else { continue }
                bytes[index] = .random(in: 0...255, using: &random)
            }
        }
        return bytes
    }

    /// A relay's stream damaged now and then, whose media are authenticated: whatever comes of it, a restart mends it.
    @Test(arguments: UInt64(1)...12) func aDamagedRelay(seed: UInt64) {
        let call = NetworkScenario(calleePolicy: .relay, seed: seed, security: .dtlsSRTP).call()
        call.firewalls[SimulatedCall.Side.callee.rawValue].passesUDP = false
        call.begin()
        #expect(call.flows())
        call.damage(seed: seed)
        call.run(for: .seconds(5))
        call.damage(seed: nil)
        call.breakStreams(of: .callee)
        call.run(for: .seconds(1))
        call.caller.peer.restartICE(now: call.now)
        call.offer(from: .caller)
        #expect(call.flows(after: .seconds(5)), "seed \(seed)")
    }
}
