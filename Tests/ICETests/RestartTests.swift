import ICE
import Primitives
import Testing

@Suite struct RestartTests {
    @Test(arguments: [true, false])
    func keepsSendingOnTheOldPair(byControlling: Bool) throws {
        for seed in UInt64(40)...80 {
            let (network, a, b) = ConsentTests.connected(seed)
            network.conditions.loss = seed % 2 == 0 ? 0.2 : 0
            network.conditions.delay = 1...30
            let (first, second) = byControlling ? (a, b) : (b, a)
            let old = first.localCredentials
            let oldPair = try #require(first.sendPair)
            first.agent.restart(now: network.now)
            #expect(first.localCredentials != old)
            #expect(first.sendPair == oldPair)
            #expect(first.isValidated(local: oldPair.local, remote: oldPair.remote))
            // The offer and the answer take long enough for consent checks under the old credentials.
            network.run(8000)
            #expect(first.state == .connected && second.state == .connected, "seed \(seed)")
            second.agent.restart(now: network.now)
            let (m, n) = (first.events.count, second.events.count)
            network.signal(first, to: second)
            network.run(40)
            network.signal(second, to: first)
            #expect(
                network.run(10_000) {
                    Network.agree(a, b) && first.hasSelected(after: m) && second.hasSelected(after: n)
                }, "seed \(seed)")
            network.run(20_000)
            #expect(Network.agree(a, b) && a.state == .connected && b.state == .connected)
            #expect(!a.states.contains(.failed) && !b.states.contains(.failed))
        }
    }

    /// A browser that has not learnt of our restart may move to another pair, and is followed there.
    @Test func thePeerMayMoveUntilItLearnsOfIt() {
        let network = Network(seed: 100)
        let late = TransportAddress(IPAddress(ipv4: 0xC000_0203), port: 3)
        let (a, other) = network.addDualStack(answeringAlso: [late])
        let (v4, v6) = (HandmadePeer.v4, HandmadePeer.v6)
        for (source, to) in [(v6, 1), (v4, 0)] {
            network.inject(other.check(from: source, to: a.addresses[to], useCandidate: true, priority: 2000))
            network.run(100)
        }
        #expect(a.sendPair?.remote == v6)
        #expect(a.isValidated(local: a.addresses[0], remote: v4))
        a.agent.restart(now: network.now)
        #expect(a.sendPair?.remote == v6)
        #expect(a.isValidated(local: a.addresses[0], remote: v4), "the peer may send on any pair that works")
        // A pair that is new, though its credentials are not.
        #expect(!a.isValidated(local: a.addresses[0], remote: late))
        other.silent = [v6]
        network.run(2500)
        network.inject(other.check(from: late, to: a.addresses[0], useCandidate: true, priority: 1000))
        network.run(100)
        #expect(a.isValidated(local: a.addresses[0], remote: late))
        #expect(a.sendPair?.remote == late)
        #expect(a.state == .connected)
    }

    /// A browser that restarts while its offer is held up sends where we cannot check yet.
    @Test func mediaIsTakenFromAPeerWhoseOfferIsHeldUp() {
        let network = Network(seed: 101)
        let a = network.add(.controlled)
        a.bind("192.0.2.2", 6000)
        let other = HandmadePeer(for: a)
        let anew = HandmadePeer(for: a, seed: 4712)
        a.agent.setRemoteCredentials(other.credentials, now: .zero)
        let known = TransportAddress(IPAddress(ipv4: 0xC000_0201), port: 1)
        let late = TransportAddress(IPAddress(ipv4: 0xC000_0201), port: 2)
        let stranger = TransportAddress(IPAddress(ipv4: 0xC000_0209), port: 3)
        other.attach(to: network, peer: a, at: [known])
        network.inject(other.check(from: known, to: a.addresses[0], useCandidate: true))
        network.run(100)
        #expect(a.sendPair?.remote == known)
        #expect(!a.accepts(local: a.addresses[0], remote: late))
        network.inject(anew.check(from: late, to: a.addresses[0], useCandidate: true))
        network.inject(anew.check(from: stranger, to: a.addresses[0], key: Array("not the password at all".utf8)))
        network.run(100)
        #expect(a.accepts(local: a.addresses[0], remote: late))
        #expect(!a.accepts(local: a.addresses[0], remote: stranger))
        // It is not sent to before the offer is there.
        #expect(a.sendPair?.remote == known && !a.isValidated(local: a.addresses[0], remote: late))
        // However many there are, only the newest are kept.
        for port in UInt16(100)..<200 {
            let from = TransportAddress(IPAddress(ipv4: 0xC000_0201), port: port)
            network.inject(anew.check(from: from, to: a.addresses[0]))
            network.run(10)
        }
        #expect(!a.accepts(local: a.addresses[0], remote: late))
        #expect(a.accepts(local: a.addresses[0], remote: known))
    }

    @Test func newCredentialsOfThePeerRestartUsToo() {
        let (network, a, b) = ConsentTests.connected(90)
        let old = b.localCredentials
        a.agent.restart(now: network.now)
        network.signal(a, to: b)
        #expect(b.localCredentials != old)
        network.signal(b, to: a)
        #expect(network.run(3000) { Network.agree(a, b) })
    }

    @Test func bringsBackAFailedConnection() {
        let (network, a, b) = ConsentTests.connected(91)
        network.filter = { _, _ in .drop }
        network.run(40_000)
        #expect(a.state == .failed)
        network.filter = { _, _ in .pass }
        a.agent.restart(now: network.now)
        b.agent.restart(now: network.now)
        #expect(a.state == .new)
        network.introduce(a, b)
        #expect(network.run(1000) { Network.agree(a, b) && a.state == .connected && b.state == .connected })
    }

    @Test func ofARestartUnderWay() {
        let (network, a, b) = ConsentTests.connected(92)
        for _ in 0..<5 {
            a.agent.restart(now: network.now)
            network.run(700)
        }
        #expect(a.sendPair != nil)
        b.agent.restart(now: network.now)
        network.introduce(a, b)
        let events = a.events.count
        #expect(network.run(2000) { a.events.count > events && Network.agree(a, b) })
        network.run(40_000)
        #expect(a.state == .connected && b.state == .connected)
    }

    @Test func candidatesOfTheOldGenerationAreIgnored() throws {
        let (network, a, b) = ConsentTests.connected(93)
        let stale = try #require(b.localCandidates.first)
        a.agent.restart(now: network.now)
        b.agent.restart(now: network.now)
        a.agent.addRemoteCandidate(stale, now: network.now)
        network.introduce(a, b)
        #expect(a.counters.ignoredCandidates == 1)
        #expect(network.run(1000) { Network.agree(a, b) })
    }

    @Test func closedIsQuiet() {
        let (network, a, _) = ConsentTests.connected(94)
        a.agent.close(now: network.now)
        #expect(a.sendPair == nil)
        network.run(0)
        #expect(a.state == .closed && a.states.last == .closed)
        let sent = network.sent
        var byA = 0
        network.filter = { datagram, _ in
            if a.addresses.contains(datagram.from) { byA += 1 }
            return .pass
        }
        network.run(10_000)
        #expect(network.sent > sent && byA == 0)
    }
}
