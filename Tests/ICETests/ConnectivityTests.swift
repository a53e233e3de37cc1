import ICE
import Primitives
import Testing

@Suite struct ConnectivityTests {
    /// Two hosts with an address of each family.
    static func pair(_ network: Network, _ first: ICERole = .controlling, _ second: ICERole = .controlled) -> (
        Peer, Peer
    ) {
        let (a, b) = (network.add(first), network.add(second))
        a.bind("192.0.2.1", 5000)
        a.bind("2001:db8::1", 5001)
        b.bind("192.0.2.2", 6000)
        b.bind("2001:db8::2", 6001)
        return (a, b)
    }

    @Test func aCleanLinkNeedsOneRoundTrip() throws {
        let network = Network(seed: 1)
        network.conditions.delay = 10...10
        let (a, b) = Self.pair(network)
        network.introduce(a, b)
        #expect(network.run(1000) { Network.agree(a, b) })
        for peer in [a, b] {
            let validated = try #require(peer.firstInstant { if case .validated = $0 { true } else { false } })
            #expect(validated == .zero + .milliseconds(20))
        }
        // The nomination takes one more.
        #expect(network.now <= .zero + .milliseconds(40))
        #expect(a.state == .connected && b.state == .connected)
        // IPv6 first, as ordered.
        #expect(a.selected?.remote.address.family == .ipv6)
    }

    @Test(arguments: [false, true])
    func lossDelayReorderingDuplication(offererListensFirst: Bool) {
        for seed in UInt64(1)...250 {
            let network = Network(seed: seed)
            var draw = RandomSource(seed: seed &* 977)
            network.conditions.loss = Double.random(in: 0...0.4, using: &draw)
            network.conditions.duplication = Double.random(in: 0...0.3, using: &draw)
            let slow = Int64.random(in: 1...150, using: &draw)
            network.conditions.delay = 1...slow
            let (a, b) = Self.pair(network)
            if draw.chance(0.3) { a.bind("198.51.100.9", 5002) }
            if draw.chance(0.3) { b.bind("203.0.113.7", 6002) }
            // The answer takes its time to come back, so that checks reach the offerer before it knows whose they are.
            let trickle = Int64.random(in: 0...300, using: &draw)
            network.signal(offererListensFirst ? a : b, to: offererListensFirst ? b : a)
            network.at(trickle) { network.signal(offererListensFirst ? b : a, to: offererListensFirst ? a : b) }
            #expect(network.run(15_000) { Network.agree(a, b) }, "seed \(seed)")
            // And it stays so, with what was still on the way.
            network.run(3000)
            #expect(Network.agree(a, b), "seed \(seed)")
            #expect(a.sendPair?.remote == b.sendPair?.local, "seed \(seed)")
            #expect(a.pool.inUse == 0 && b.pool.inUse == 0)
        }
    }

    @Test(arguments: [ICERole.controlling, .controlled])
    func roleConflict(role: ICERole) {
        for seed in UInt64(1)...120 {
            let network = Network(seed: seed)
            var draw = RandomSource(seed: seed &* 31)
            network.conditions.loss = seed % 3 == 0 ? 0.25 : 0
            network.conditions.delay = 1...Int64.random(in: 1...80, using: &draw)
            let (a, b) = Self.pair(network, role, role)
            network.introduce(a, b)
            #expect(network.run(15_000) { Network.agree(a, b) }, "seed \(seed)")
            #expect(a.role != b.role, "seed \(seed)")
        }
    }

    @Test func oneFamilyEach() {
        for address in [("192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8::2"), ("127.0.0.1", "127.0.0.1")] {
            let network = Network(seed: 3)
            let (a, b) = (network.add(.controlling), network.add(.controlled))
            a.bind(address.0, 1)
            b.bind(address.1, 2)
            network.introduce(a, b)
            #expect(network.run(500) { Network.agree(a, b) })
        }
    }

    @Test func candidatesThatComeLate() throws {
        let network = Network(seed: 9)
        let (a, b) = (network.add(.controlling), network.add(.controlled))
        a.agent.setRemoteCredentials(b.localCredentials, now: .zero)
        b.agent.setRemoteCredentials(a.localCredentials, now: .zero)
        network.run(4000)
        #expect(a.state == .checking)
        a.bind("192.0.2.1", 5000, now: network.now)
        b.bind("192.0.2.2", 6000, now: network.now)
        for candidate in b.localCandidates { a.agent.addRemoteCandidate(candidate, now: network.now) }
        let start = network.now
        #expect(network.run(1000) { Network.agree(a, b) })
        #expect(network.now - start <= .milliseconds(10))
        // b was told of no candidate: it learned a's from its check, and takes the signalled one's place later.
        #expect(b.selectedPair?.remote.kind == .peerReflexive)
        let late = try #require(a.localCandidates.first)
        b.agent.addRemoteCandidate(late, now: network.now)
        #expect(b.selectedPair?.remote.kind == .host)
        #expect(Network.agree(a, b))
    }

    @Test func checksBeforeCredentialsAreAnsweredAndFollowedUp() {
        let network = Network(seed: 10)
        let (a, b) = Self.pair(network)
        // The answerer knows everything; its answer is on the way for 500 ms.
        network.signal(a, to: b)
        network.run(500)
        #expect(b.sendPair != nil, "the answerer may already send")
        #expect(a.sendPair == nil)
        let start = network.now
        a.agent.setRemoteCredentials(b.localCredentials, now: network.now)
        #expect(network.run(1000) { Network.agree(a, b) })
        #expect(network.now - start <= .milliseconds(60))
    }

    @Test(arguments: [true, false])
    func nothingAnswersAndItFails(saysWhenItHasAllCandidates: Bool) {
        let network = Network(seed: 11)
        let (a, b) = Self.pair(network)
        network.filter = { _, _ in .drop }
        a.agent.setRemoteCredentials(b.localCredentials, now: .zero)
        for candidate in b.localCandidates { a.agent.addRemoteCandidate(candidate, now: .zero) }
        if saysWhenItHasAllCandidates { a.agent.endOfRemoteCandidates(now: .zero) }
        network.run(saysWhenItHasAllCandidates ? 9900 : 19_900)
        #expect(a.state == .checking)
        network.run(saysWhenItHasAllCandidates ? 5000 : 200)
        #expect(a.state == .failed)
        let sent = network.sent
        network.run(60_000)
        #expect(network.sent == sent, "a failed agent is silent")
    }

    @Test func aPathThatOpensLateIsFound() {
        let network = Network(seed: 12)
        let (a, b) = Self.pair(network)
        network.filter = { _, now in now < .zero + .seconds(9) ? .drop : .pass }
        network.introduce(a, b)
        #expect(network.run(19_000) { Network.agree(a, b) })
        #expect(network.now < .zero + .milliseconds(10_700))
    }

    @Test func anAddressThatGoesTakesItsPairsAlong() {
        let network = Network(seed: 14)
        let (a, b) = Self.pair(network)
        network.introduce(a, b)
        #expect(network.run(1000) { Network.agree(a, b) })
        network.run(100)
        let gone = a.addresses[1]
        #expect(a.sendPair?.local == gone)
        a.agent.removeLocalCandidate(base: gone, now: network.now)
        a.addresses.removeAll { $0 == gone }
        #expect(a.localCandidates.count == 1)
        // The other family's pair was valid too: it takes over, and is nominated.
        #expect(a.sendPair?.local == a.addresses[0])
        #expect(network.run(4000) { Network.agree(a, b) && b.sendPair?.remote == a.addresses[0] })
        // As many addresses as one likes may come and go.
        for port in UInt16(7000)...7100 {
            let base = TransportAddress(a.addresses[0].address, port: port)
            #expect(a.agent.addLocalCandidate(base: base, now: network.now) != nil)
            a.agent.removeLocalCandidate(base: base, now: network.now)
        }
        #expect(a.localCandidates.count == 1 && a.state == .connected)
    }

    @Test func firstChecksLeaveAtOnceAndTheRestInPace() {
        let network = Network(seed: 13)
        let a = network.add(.controlling)
        a.bind("192.0.2.1", 5000)
        let b = network.add(.controlled)
        a.agent.setRemoteCredentials(b.localCredentials, now: .zero)
        for port in 1...40 {
            a.agent.addRemoteCandidate(
                attribute: "candidate:1 1 udp \(2_130_706_431 - port) 192.0.2.9 \(port) typ host", now: .zero)
        }
        network.run(0)
        #expect(network.sent == 8)
        network.run(99)
        #expect(network.sent == 12)
    }
}
