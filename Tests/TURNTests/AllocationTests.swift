import Primitives
import STUN
import Simulation
import TURN
import Testing

@Suite struct AllocationTests {
    @Test(arguments: [false, true]) func allocatesWithLongTermCredentials(isStream: Bool) {
        var exchange = Exchange.begun(isStream: isStream)
        exchange.run(for: .seconds(1))
        #expect(exchange.events == [.allocated])
        #expect(exchange.allocation.relayedIPv4?.address == exchange.server.address.address)
        #expect(exchange.allocation.mappedAddress == Exchange.client)
        #expect(exchange.server.counts["401"] == 1)
        #expect(exchange.sent == [.allocate, .allocate])
    }

    @Test func aWrongPasswordIsSaidOnce() {
        var exchange = Exchange.begun(password: "wrong")
        exchange.run(for: .seconds(60))
        #expect(exchange.events == [.failed(.unauthorized)])
        #expect(exchange.sent.count == 2)
    }

    @Test func anAddressOfEachFamily() {
        var exchange = Exchange.begun { $0.hasIPv6 = true }
        exchange.run(for: .seconds(1))
        #expect(exchange.allocation.relayedIPv4 != nil)
        #expect(exchange.allocation.relayedIPv6?.address.family == .ipv6)
        let other = TransportAddress(IPAddress(ipv6High: 0x2001_0DB8 << 32, low: 9), port: 7)
        let isRelayed = exchange.relay([1, 2, 3], to: other)
        #expect(isRelayed)
        #expect(exchange.forwarded == [[1, 2, 3]])
    }

    @Test func aServerOfIPv6Alone() {
        var exchange = Exchange.begun { ($0.hasIPv6, $0.hasIPv4) = (true, false) }
        exchange.run(for: .seconds(1))
        #expect(exchange.events == [.allocated])
        #expect(exchange.allocation.relayedIPv4 == nil)
        #expect(exchange.allocation.relayedIPv6 != nil)
        let isRelayed = exchange.relay([1], to: Exchange.peer)
        #expect(!isRelayed)
    }

    @Test(arguments: [486, 508, 403, 442]) func refusalsCarryTheirNumber(code: Int) {
        var exchange = Exchange.begun { $0.refusal = code }
        exchange.run(for: .seconds(60))
        #expect(exchange.events == [.failed(.refused(code))])
    }

    @Test func anAlternateServerIsNamed() {
        let other = TransportAddress(IPAddress(ipv4: 0x0808_0808), port: 3479)
        var exchange = Exchange.begun { $0.alternate = other }
        exchange.run(for: .seconds(60))
        #expect(exchange.events == [.redirected(other)])
    }

    @Test func aDeadServerIsGivenUpInTime() {
        var exchange = Exchange.begun { $0.isDead = true }
        exchange.run(for: .seconds(9))
        #expect(exchange.events == [])
        exchange.run(for: .seconds(1))
        #expect(exchange.events == [.failed(.unanswered)])
        #expect(exchange.sent.count == 8)
    }

    @Test func nothingIsRepeatedOverAStream() {
        var exchange = Exchange.begun(isStream: true) { $0.isDead = true }
        exchange.run(for: .seconds(11))
        #expect(exchange.events == [.failed(.unanswered)])
        #expect(exchange.sent == [.allocate])
    }

    @Test func aLossyPathOnlyDelays() {
        for seed in UInt64(1)...20 {
            var exchange = Exchange.begun { $0.isDead = true }
            exchange.random = RandomSource(seed: seed)
            exchange.loss = 0.2
            exchange.server.isDead = false
            exchange.run(for: .seconds(20))
            #expect(exchange.events == [.allocated], "seed \(seed)")
        }
    }

    /// An hour: allocation, permission and channel live on through stale nonces; the wire shows how often.
    @Test func anHourOfRenewal() {
        var exchange = Exchange.begun()
        exchange.run(for: .seconds(1))
        exchange.allocation.bindChannel(to: Exchange.peer, now: exchange.now)
        for minute in 0..<60 {
            exchange.run(for: .seconds(60))
            let isRelayed = exchange.relay([UInt8(minute)])
            #expect(isRelayed)
            let heard = exchange.hear([UInt8(minute), 1])
            #expect(heard == [[UInt8(minute), 1]], "minute \(minute)")
        }
        #expect(exchange.events == [.allocated])
        #expect(exchange.forwarded.count == 60)
        #expect(exchange.server.counts["channel data out"] == 60)
        #expect(exchange.server.counts["channel data in"] == 60)
        let refreshes = exchange.server.counts["refresh"] ?? 0
        #expect((11...13).contains(refreshes), "\(refreshes)")
        #expect((exchange.server.counts["438"] ?? 0) >= 5)
        #expect((exchange.server.counts["channel"] ?? 0) <= 16)
        #expect(exchange.packets.inUse == 0)
    }

    @Test func whatIsNotUsedIsNotRenewed() {
        var exchange = Exchange.begun()
        exchange.run(for: .seconds(1))
        let isRelayed = exchange.relay([1])
        #expect(isRelayed)
        exchange.run(for: .seconds(3600))
        #expect(exchange.server.counts["permission"] == 2)
        #expect(exchange.events == [.allocated])
    }

    @Test func anIdleAllocationKeepsTheWayOpen() {
        var exchange = Exchange.begun()
        exchange.run(for: .seconds(61))
        #expect((3...4).contains(exchange.server.counts["keepalive"] ?? 0))
    }

    @Test func aServerThatForgotIsSeenAtTheNextRenewal() {
        var exchange = Exchange.begun()
        exchange.run(for: .seconds(1))
        exchange.server.restart()
        exchange.run(for: .seconds(301))
        #expect(exchange.events == [.allocated, .failed(.refused(437))])
    }

    @Test func closingGivesItBack() {
        var exchange = Exchange.begun()
        exchange.run(for: .seconds(1))
        exchange.allocation.close(now: exchange.now)
        exchange.settle()
        #expect(exchange.server.counts["release"] == 1)
        exchange.run(for: .seconds(60))
        #expect(exchange.server.counts["release"] == 1)
        #expect(exchange.packets.inUse == 0)
    }
}
