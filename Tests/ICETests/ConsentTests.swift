import ICE
import Primitives
import STUN
import Testing

@Suite struct ConsentTests {
    static func connected(_ seed: UInt64) -> (Network, Peer, Peer) {
        let network = Network(seed: seed)
        let (a, b) = ConnectivityTests.pair(network)
        network.introduce(a, b)
        network.run(1000) { Network.agree(a, b) }
        network.run(200)
        return (network, a, b)
    }

    /// Media that flows both ways, as its receiver reports it.
    static func exchangeMedia(_ network: Network, _ a: Peer, _ b: Peer, milliseconds: Int64) {
        for _ in 0..<milliseconds / 20 {
            network.run(20)
            if let pair = a.sendPair { a.agent.noteReceived(on: pair, now: network.now) }
            if let pair = b.sendPair { b.agent.noteReceived(on: pair, now: network.now) }
        }
    }

    @Test func askedEveryFourToSixSeconds() throws {
        let (network, a, b) = Self.connected(30)
        var asked: [Instant] = []
        network.filter = { datagram, now in
            if datagram.isRequest, datagram.from == a.sendPair?.local { asked.append(now) }
            return .pass
        }
        Self.exchangeMedia(network, a, b, milliseconds: 300_000)
        let gaps = zip(asked, asked.dropFirst()).map { $1 - $0 }
        #expect((50...75).contains(asked.count))
        #expect(gaps.allSatisfy { $0 >= .milliseconds(3999) && $0 <= .milliseconds(6001) })
        #expect(Set(gaps.map { $0.nanoseconds / 50_000_000 }).count > 10, "the gaps are random")
        #expect(a.state == .connected && b.state == .connected)
        let statistics = try #require(a.statistics.first { $0.inUse })
        #expect(statistics.nominated && statistics.state == .succeeded)
        #expect(statistics.consentRequestsSent >= 50)
        #expect(statistics.currentRoundTripTime == .milliseconds(2))
        #expect(statistics.responsesReceived >= statistics.consentRequestsSent)
    }

    @Test func anIdleButWorkingPathStaysConnected() {
        let (network, a, b) = Self.connected(31)
        network.run(120_000)
        #expect(a.state == .connected && b.state == .connected)
        #expect(!a.states.contains(.disconnected))
    }

    @Test func lostAndBack() throws {
        let (network, a, b) = Self.connected(32)
        network.run(10_000)
        let start = network.now
        network.filter = { _, now in now < start + .seconds(15) ? .drop : .pass }
        #expect(network.run(15_000) { a.state == .disconnected })
        #expect(network.now - start <= .milliseconds(7500))
        #expect(a.sendPair != nil, "consent still holds")
        network.run(15_000 - (network.now - start).nanoseconds / 1_000_000)
        #expect(network.run(1500) { a.state == .connected && b.state == .connected })
        #expect(Network.agree(a, b))
    }

    @Test func expiresThirtySecondsAfterTheLastAnswer() {
        let (network, a, b) = Self.connected(33)
        network.run(20_000)
        let start = network.now
        network.filter = { _, _ in .drop }
        #expect(network.run(40_000) { a.state == .failed && b.state == .failed })
        #expect(network.now - start <= .seconds(30))
        #expect(network.now - start >= .seconds(23))
        #expect(a.sendPair == nil)
        #expect(!a.isValidated(local: a.addresses[1], remote: b.addresses[1]))
        let sent = network.sent
        network.run(100_000)
        #expect(network.sent == sent)
    }

    /// Media in one direction is no consent for the other.
    @Test func receivedMediaDoesNotRenewConsent() {
        let (network, a, b) = Self.connected(34)
        network.filter = { _, _ in .drop }
        let start = network.now
        Self.exchangeMedia(network, a, b, milliseconds: 29_000)
        #expect(a.state == .connected)
        Self.exchangeMedia(network, a, b, milliseconds: 2000)
        #expect(a.state == .failed)
        #expect(a.sendPair == nil)
        #expect(a.firstInstant { $0 == .state(.failed) }.map { $0 - start <= .seconds(31) } == true)
    }

    /// Nor are the peer's own checks, which anyone who holds our password could send.
    @Test func receivedRequestsDoNotRenewConsent() {
        let (network, a, b) = Self.connected(35)
        network.filter = { datagram, _ in
            datagram.messageClass == .success && b.addresses.contains(datagram.from) ? .drop : .pass
        }
        network.run(33_000)
        #expect(a.state == .failed)
    }
}
