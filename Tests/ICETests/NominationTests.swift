import ICE
import Primitives
import STUN
import Testing

@Suite struct NominationTests {
    @Test(arguments: [1, 2, 3, 5])
    func aLostNominationIsSentAgain(losses: Int) {
        let network = Network(seed: UInt64(losses))
        let (a, b) = ConnectivityTests.pair(network)
        var lost = 0
        network.filter = { datagram, _ in
            guard datagram.useCandidate, lost < losses else { return .pass }
            lost += 1
            return .drop
        }
        network.introduce(a, b)
        while !Network.agree(a, b), network.now < .zero + .seconds(10) {
            network.run(10)
            // Never is one side further than the other could follow.
            if a.selectedPair != nil { #expect(b.selectedPair != nil) }
        }
        #expect(lost == losses)
        #expect(Network.agree(a, b))
        // Meanwhile both could send.
        #expect(a.sendPair != nil && b.sendPair != nil)
    }

    /// All requests of a nomination lost, while the pair is plainly alive: it is nominated again, not given up.
    @Test func aLivingPairIsNominatedUntilItIsHeard() {
        let network = Network(seed: 25)
        let (a, b) = ConnectivityTests.pair(network)
        network.filter = { datagram, now in datagram.useCandidate && now < .zero + .seconds(9) ? .drop : .pass }
        network.introduce(a, b)
        network.run(20)
        let best = a.sendPair
        #expect(best?.remote.address.family == .ipv6)
        while network.now < .zero + .seconds(12) {
            network.run(100)
            if let best { a.agent.noteReceived(on: best, now: network.now) }
            #expect(a.sendPair == best && a.selectedPair == nil || network.now > .zero + .seconds(9))
        }
        #expect(Network.agree(a, b) && a.selected == best)
    }

    @Test func aLostAcknowledgementChangesNothing() {
        let network = Network(seed: 20)
        let (a, b) = ConnectivityTests.pair(network)
        var nominated = false
        var dropped = 0
        network.filter = { datagram, _ in
            if datagram.useCandidate { nominated = true }
            guard nominated, datagram.messageClass == .success, datagram.from == b.addresses[1], dropped < 3 else {
                return .pass
            }
            dropped += 1
            return .drop
        }
        network.introduce(a, b)
        #expect(network.run(5000) { Network.agree(a, b) })
        #expect(dropped == 3)
    }

    /// An RFC 5245 style peer, or Chromium in some moods: USE-CANDIDATE on every check, over every pair.
    @Test func aggressiveNominationEndsOnTheBestPair() throws {
        let network = Network(seed: 21)
        let (b, other) = network.addDualStack()
        let (v4, v6) = (HandmadePeer.v4, HandmadePeer.v6)

        // The lesser pair first, then the better one, then the lesser one again.
        for (source, to, priority) in [(v4, 0, 1000), (v6, 1, 2000), (v4, 0, 1000), (v4, 0, 1000)]
            as [(TransportAddress, Int, UInt32)]
        {
            network.inject(other.check(from: source, to: b.addresses[to], useCandidate: true, priority: priority))
            network.run(30)
        }
        #expect(b.sendPair?.remote == v6)
        let selections = b.events.filter { if case .selected = $0.event { true } else { false } }
        #expect(selections.count == 2)
    }

    /// The pair in use goes silent and the peer nominates another, of lower priority.
    @Test func nominationOfAnotherPairIsFollowedWhenTheOldOneIsSilent() throws {
        let network = Network(seed: 22)
        let (b, other) = network.addDualStack()
        let (v4, v6) = (HandmadePeer.v4, HandmadePeer.v6)
        network.inject(other.check(from: v6, to: b.addresses[1], useCandidate: true, priority: 2000))
        network.run(100)
        #expect(b.sendPair?.remote == v6)
        other.silent = [v6]
        network.run(2500)
        network.inject(other.check(from: v4, to: b.addresses[0], useCandidate: true, priority: 1000))
        network.run(100)
        #expect(b.sendPair?.remote == v4)
        #expect(b.state == .connected)
    }

    @Test func onlyTheControllingSideNominates() {
        let network = Network(seed: 23)
        let (a, b) = ConnectivityTests.pair(network)
        var byA = 0
        var byB = 0
        network.filter = { datagram, _ in
            if datagram.useCandidate { if a.addresses.contains(datagram.from) { byA += 1 } else { byB += 1 } }
            return .pass
        }
        network.introduce(a, b)
        network.run(1500)
        #expect(byA == 1, "acknowledged, so not repeated")
        network.run(20_000)
        #expect(byA > 3, "but recalled by consent checks")
        #expect(byB == 0)
    }

    @Test func betterPairsGetAMoment() {
        let network = Network(seed: 24)
        let (a, b) = ConnectivityTests.pair(network)
        network.conditions.delay = 1...1
        // IPv6, the better family here, loses everything: nothing may wait for it longer than the patience.
        network.filter = { datagram, _ in datagram.to.address.family == .ipv6 ? .drop : .pass }
        network.introduce(a, b)
        #expect(network.run(1000) { Network.agree(a, b) })
        #expect(a.selected?.remote.address.family == .ipv4)
        #expect(network.now <= .zero + .milliseconds(60))
    }
}
