import Primitives
import STUN
import Simulation
import TURN
import Testing

@Suite struct RelayingTests {
    @Test(arguments: [false, true]) func indicationsFirstThenChannelData(isStream: Bool) {
        var exchange = Exchange.begun(isStream: isStream)
        exchange.run(for: .seconds(1))
        for size in [1, 2, 3, 4, 1200] {
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
            let isRelayed = exchange.relay(bytes)
            #expect(isRelayed)
            #expect(exchange.forwarded.last == bytes)
            let heard = exchange.hear(bytes)
            #expect(heard == [bytes])
        }
        #expect(exchange.server.counts["send indication"] == 5)
        exchange.allocation.bindChannel(to: Exchange.peer, now: exchange.now)
        exchange.settle()
        for size in [1, 2, 3, 4, 1200] {
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 3) }
            let isRelayed = exchange.relay(bytes)
            #expect(isRelayed)
            #expect(exchange.forwarded.last == bytes)
            let heard = exchange.hear(bytes)
            #expect(heard == [bytes])
        }
        #expect(exchange.server.counts["channel data out"] == 5)
        #expect(exchange.server.counts["channel data in"] == 5)
        #expect(exchange.packets.inUse == 0)
    }

    @Test func whatDoesNotFitIsCounted() {
        var exchange = Exchange.begun()
        exchange.run(for: .seconds(1))
        let fits = exchange.relay([UInt8](repeating: 1, count: 1500))
        #expect(fits)
        let isTooLong = exchange.relay([UInt8](repeating: 1, count: 1501))
        #expect(!isTooLong)
        #expect(exchange.allocation.counters.unrelayed == 1)
    }

    @Test func aForbiddenPeerIsAskedForOnce() {
        var exchange = Exchange.begun { $0.forbidden = [Exchange.peer.address] }
        exchange.run(for: .seconds(1))
        _ = exchange.relay([1])
        let isRelayed = exchange.relay([2])
        #expect(!isRelayed)
        exchange.run(for: .seconds(600))
        #expect(exchange.forwarded == [])
        #expect(exchange.server.counts["403"] == 1)
    }

    @Test func strangersAreNotHeard() {
        var exchange = Exchange.begun()
        exchange.run(for: .seconds(1))
        let unasked = exchange.hear([1])
        #expect(unasked == [])
        // A server gone mad, or somebody in its name: an indication from a peer without permission, a strange channel.
        _ = exchange.relay([1], to: TransportAddress(IPAddress(ipv4: 1), port: 1))
        let relayed = exchange.receive([0x40, 0x07, 0, 1, 9])
        #expect(relayed == nil)
        #expect(exchange.allocation.counters.strayData == 1)
    }

    /// The seeds of the hostile tests: one of each message that a server sends.
    static func recording() -> [[UInt8]] {
        var exchange = Exchange.begun()
        exchange.run(for: .seconds(1))
        _ = exchange.relay([1, 2, 3])
        var seeds: [[UInt8]] = [[0x40, 0, 0, 3, 1, 2, 3], [0x40, 0, 0, 4, 1, 2, 3, 4]]
        guard let relayed = exchange.allocation.relayedIPv4 else { return seeds }
        for output in exchange.server.receive([1, 2, 3], from: Exchange.peer, at: relayed, now: exchange.now) {
            if case .toClient(_, let bytes) = output { seeds.append(bytes) }
        }
        seeds.append([0x01, 0x13, 0, 0, 0x21, 0x12, 0xA4, 0x42] + [UInt8](repeating: 1, count: 12))
        return seeds
    }

    @Test func mutatedMessagesNeitherTrapNorBreakIt() {
        let seeds = Self.recording()
        #expect(seeds.count == 4)
        var exchange = Exchange.begun()
        exchange.run(for: .seconds(1))
        _ = exchange.relay([1])
        exchange.allocation.bindChannel(to: Exchange.peer, now: exchange.now)
        exchange.settle()
        var random = RandomSource(seed: 3)
        for round in 0..<50_000 {
            guard var bytes = seeds.randomElement(using: &random) else { return }
            for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch random.next() % 4 {
                case 0: bytes[index] = .random(in: 0...255, using: &random)
                case 1: bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
                case 2: bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
                default: bytes.insert(.random(in: 0...255, using: &random), at: index)
                }
            }
            if let data = exchange.receive(bytes) { #expect(data.bytes.count <= bytes.count) }
            if round % 1000 == 0 { exchange.run(for: .seconds(1)) }
        }
        let isRelayed = exchange.relay([42])
        #expect(isRelayed)
        #expect(exchange.forwarded.last == [42])
        #expect(exchange.packets.inUse == 0)
    }
}
