import Foundation
import Primitives
import STUN
import TURN
import Testing

/// Streams and answers as no honest server sends them.
@Suite struct HostileStreamTests {
    static let scale = ProcessInfo.processInfo.environment["CALLPOINT_FUZZ"].flatMap { Int($0) } ?? 1
    static let slot = 1536

    /// A message of each kind and of every remainder of four, the longest that fits, and two that do not.
    static func messages(_ framing: StreamFraming) -> [[UInt8]] {
        let sizes = [0, 1, 2, 3, 4, 5, 80, 1200, 1531, 1532, 1533, 1536, 1537, 4000]
        switch framing {
        case .turn:
            let channels = sizes.map { size in
                [0x40, UInt8(size & 1), UInt8(size >> 8), UInt8(size & 255)]
                    + [UInt8](repeating: UInt8(size & 127), count: (size + 3) & ~3)
            }
            return channels + [StreamDeframerTests.binding, [0x01, 0x13, 0, 0] + [UInt8](1...16)]
        case .lengthPrefixed:
            return sizes.map { [UInt8($0 >> 8), UInt8($0 & 255)] + [UInt8](repeating: 0x80, count: $0) }
        }
    }

    /// The same cut made again, of the whole stream at once.
    static func reference(_ stream: [UInt8], _ framing: StreamFraming) -> (messages: [[UInt8]], isBroken: Bool) {
        var messages: [[UInt8]] = []
        var start = 0
        let headerSize = framing == .turn ? 4 : 2
        while start + headerSize <= stream.count {
            let (a, b) = (Int(stream[start]), Int(stream[start + 1]))
            var (size, padding, kept) = (a << 8 | b, 0, 0)
            if framing == .turn {
                let length = Int(stream[start + 2]) << 8 | Int(stream[start + 3])
                guard a < 0x50, a >= 0x40 || length % 4 == 0 else { return (messages, true) }
                if a >= 0x40 { padding = (4 - length % 4) % 4 }
                (size, kept) = (a < 0x40 ? length + 16 : length, 4)
            }
            let end = start + headerSize + size
            guard end + padding <= stream.count else { break }
            if size > 0, kept + size + padding <= slot {
                messages.append(Array(stream[start + headerSize - kept..<end]))
            }
            start = end + padding
        }
        return (messages, false)
    }

    @Test(arguments: [StreamFraming.turn, .lengthPrefixed]) func splitAtEveryByte(framing: StreamFraming) {
        let packets = BufferPool(slotCount: 1, slotSize: Self.slot)
        // One slot is enough as each message is let go before the next one begins.
        let short = Self.messages(framing).filter { $0.count < 100 }.flatMap { $0 }
        let expected = Self.reference(short, framing).messages
        #expect(expected.count > 4)
        for first in 1..<short.count {
            for second in stride(from: 1, through: short.count - first, by: first < 40 ? 1 : 7) {
                let pieces = [first, second, short.count]
                let result = StreamDeframerTests.messages(short, framing, pieces: pieces, packets: packets)
                #expect(result.messages == expected && !result.isBroken, "\(pieces)")
            }
        }
        let all = Self.messages(framing).flatMap { $0 }
        for size in [1, 2, 3, 5, 1447, 32_768] {
            let result = StreamDeframerTests.messages(all, framing, pieces: [size], packets: packets)
            #expect(result.messages == Self.reference(all, framing).messages && !result.isBroken, "\(size)")
        }
        #expect(packets.inUse == 0)
    }

    /// Lengths that lie, bytes changed, lost and put in: whatever the pieces, the same messages come out, in one slot.
    @Test(arguments: [StreamFraming.turn, .lengthPrefixed]) func mutatedStreams(framing: StreamFraming) {
        let packets = BufferPool(slotCount: 1, slotSize: Self.slot)
        var random = RandomSource(seed: 4571)
        let seeds = Self.messages(framing)
        var (broken, whole) = (0, 0)
        for round in 0..<2_000 * max(1, Self.scale) {
            var stream: [UInt8] = []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                stream += Self.mutated(seeds[Int.random(in: 0..<seeds.count, using: &random)], framing, &random)
            }
            let pieces = (0..<5).map { _ in Int.random(in: 1...max(1, stream.count), using: &random) }
            let result = StreamDeframerTests.messages(stream, framing, pieces: pieces, packets: packets)
            let expected = Self.reference(stream, framing)
            #expect(result.messages == expected.messages && result.isBroken == expected.isBroken, "round \(round)")
            #expect(packets.inUse == 0)
            if result.isBroken { broken += 1 } else { whole += result.messages.count }
        }
        #expect(framing == .lengthPrefixed || broken > 100)
        #expect(whole > 100)  // or the mutations would be too coarse
    }

    static func mutated(_ seed: [UInt8], _ framing: StreamFraming, _ random: inout RandomSource) -> [UInt8] {
        var bytes = seed
        let length = framing == .turn ? 2 : 0
        for _ in 0..<Int.random(in: 0...2, using: &random) where bytes.count > 4 {
            let index = Int.random(in: 0..<min(bytes.count, 24), using: &random)
            switch random.next() % 6 {
            case 0: bytes[length] = [0, 1, 5, 6, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
            case 1: bytes[length + 1] = .random(in: 0...255, using: &random)
            case 2: bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
            case 3: bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            case 4: bytes.remove(at: index)
            default: bytes.insert(.random(in: 0...255, using: &random), at: index)
            }
        }
        return bytes
    }

    /// Every answer and every relayed datagram changed on its way to us: the allocation ends or stands, and goes quiet.
    @Test(arguments: [false, true]) func mutatedAnswers(isStream: Bool) {
        var random = RandomSource(seed: 8489)
        var (stood, ended) = (0, 0)
        for round in 0..<300 * max(1, Self.scale) {
            let chance = [0.02, 0.2, 0.6][round % 3]
            let seed = random.next()
            var exchange = Exchange.begun(isStream: isStream, tamper: (seed, chance))
            exchange.allocation.bindChannel(to: Exchange.peer, now: exchange.now)
            exchange.settle()
            for size in [1, 3, 200, 1200] {
                _ = exchange.relay([UInt8](repeating: 1, count: size))
                _ = exchange.hear([UInt8](repeating: 2, count: size))
            }
            exchange.run(for: .seconds(700))
            let (isStuck, sent, held) = (exchange.neverBecameIdle, exchange.sent.count, exchange.packets.inUse)
            #expect(!isStuck && held == 0, "round \(round)")
            #expect(sent < 500, "round \(round): a server makes us send without end")
            if exchange.allocation.state == .allocated { stood += 1 } else { ended += 1 }
        }
        // Over UDP a request whose answer came changed is sent again, and so nearly every allocation stands.
        #expect(stood > 20 && (ended > 20 || !isStream))
    }
}
