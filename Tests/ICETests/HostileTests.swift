import ICE
import Primitives
import STUN
import Testing

@Suite struct HostileTests {
    private func listening(_ seed: UInt64) -> (Network, Peer, HandmadePeer) {
        let network = Network(seed: seed)
        let b = network.add(.controlled)
        b.bind("192.0.2.2", 6000)
        let other = HandmadePeer(for: b)
        b.agent.setRemoteCredentials(other.credentials, now: .zero)
        network.run(0)
        return (network, b, other)
    }
    private static func address(_ n: Int) -> TransportAddress {
        TransportAddress(IPAddress(ipv4: 0x0A00_0001 &+ UInt32(n / 50_000)), port: UInt16(1 + n % 50_000))
    }

    @Test func wrongPasswordsLeaveNoState() throws {
        let (network, b, other) = listening(1)
        var answers: [Network.Datagram] = []
        network.filter = { datagram, _ in
            answers.append(datagram)
            return .drop
        }
        let wrong = Array(repeating: UInt8(ascii: "x"), count: 24)
        network.inject(other.check(from: Self.address(0), to: b.addresses[0], useCandidate: true, key: wrong))
        network.run(10)
        network.inject(other.check(from: Self.address(0), to: b.addresses[0], fragment: Array("nobodyyy".utf8)))
        network.run(10)
        #expect(b.statistics.isEmpty)
        #expect(b.counters.unauthorizedRequests == 2)
        #expect(answers.map(\.errorCode) == [401, 401])
        network.run(1000)
        #expect(answers.count == 2, "no check of ours follows")
    }

    @Test func refusalsAreNeverLongerThanTheQuestionAndRare() {
        let (network, b, other) = listening(2)
        let wrong = Array(repeating: UInt8(ascii: "x"), count: 24)
        var question = 0
        var answers: [Int] = []
        network.filter = { datagram, _ in
            answers.append(datagram.bytes.count - question)
            return .drop
        }
        for i in 0..<2000 {
            let datagram =
                i % 2 == 0
                ? other.bareRequest(from: Self.address(i), to: b.addresses[0])
                : other.check(from: Self.address(i), to: b.addresses[0], key: wrong)
            question = datagram.bytes.count
            network.inject(datagram)
            network.run(1)
        }
        #expect(answers.allSatisfy { $0 <= 0 })
        #expect((20...60).contains(answers.count), "twenty a second, for two seconds")
        #expect(b.statistics.isEmpty)
        #expect(b.counters.unauthorizedRequests == 2000)
    }

    /// Two agents with the same tie-breaker would tell each other to change for ever.
    @Test func aRoleLostToAConflictComesWithANewTieBreaker() throws {
        let network = Network(seed: 12)
        let b = network.add(.controlling)
        b.bind("192.0.2.2", 6000)
        let other = HandmadePeer(for: b)
        b.agent.setRemoteCredentials(other.credentials, now: .zero)
        var requests: [Network.Datagram] = []
        network.filter = { datagram, _ in
            if datagram.isRequest { requests.append(datagram) }
            return .drop
        }
        b.agent.addRemoteCandidate(attribute: "candidate:1 1 udp 9 192.0.2.1 5000 typ host", now: .zero)
        network.run(1)
        let before = try #require(requests.last?.value(of: .iceControlling))
        network.inject(other.answer(try #require(requests.last), error: 487))
        network.run(1)
        let after = try #require(requests.last?.value(of: .iceControlled))
        #expect(b.role == .controlled)
        #expect(before != after)
        // A late second refusal of the same request changes nothing back.
        network.inject(other.answer(try #require(requests.first), error: 487))
        network.run(1)
        #expect(b.role == .controlled)
    }

    @Test func aFloodOfAuthenticChecksIsBounded() throws {
        let (network, b, other) = listening(3)
        for i in 0..<10_000 {
            network.inject(other.check(from: Self.address(i), to: b.addresses[0], priority: UInt32(i)))
            if i % 10 == 0 { network.run(1) }
        }
        network.run(100)
        #expect(b.statistics.count <= 16)
        #expect(b.counters.limitedPairs > 9000)
        // One answer each, and a bounded number of checks of our own.
        #expect(network.sent < 10_000 + 2000)
        #expect(b.pool.highWater <= 2)
        // The peer is still found afterwards.
        network.run(3000)
        let real = Self.address(49_000)
        other.attach(to: network, peer: b, at: [real])
        network.inject(other.check(from: real, to: b.addresses[0], useCandidate: true))
        network.run(100)
        #expect(b.sendPair?.remote == real)
    }

    @Test func aFloodBeforeCredentialsIsBounded() throws {
        let network = Network(seed: 4)
        let b = network.add(.controlled)
        b.bind("192.0.2.2", 6000)
        let other = HandmadePeer(for: b)
        for i in 0..<1000 { network.inject(other.check(from: Self.address(i), to: b.addresses[0])) }
        network.run(10)
        #expect(b.statistics.isEmpty)
        #expect(b.counters.limitedPairs == 984)
        b.agent.setRemoteCredentials(other.credentials, now: network.now)
        network.run(0)
        #expect(b.statistics.count == 16)
    }

    @Test func earlyChecksOfSomeoneElseAreDropped() throws {
        let network = Network(seed: 5)
        let b = network.add(.controlled)
        b.bind("192.0.2.2", 6000)
        let other = HandmadePeer(for: b)
        network.inject(other.check(from: Self.address(1), to: b.addresses[0], useCandidate: true))
        network.run(1)
        var random = RandomSource(seed: 99)
        b.agent.setRemoteCredentials(ICECredentials(using: &random), now: network.now)
        network.run(100)
        #expect(b.statistics.isEmpty)
    }

    @Test func answersToNothingAndForgedAnswersAreIgnored() throws {
        let (network, b, other) = listening(6)
        let peer = Self.address(0)
        var requests: [Network.Datagram] = []
        network.filter = { datagram, _ in
            if datagram.isRequest { requests.append(datagram) }
            return .drop
        }
        network.inject(other.check(from: peer, to: b.addresses[0], useCandidate: true))
        network.run(10)
        let request = try #require(requests.first)

        // Unknown transaction.
        network.inject(other.answer(other.check(from: b.addresses[0], to: peer)))
        // Wrong password, a success and a failure.
        let wrong = Array(repeating: UInt8(ascii: "x"), count: 24)
        network.inject(other.answer(request, key: wrong))
        network.inject(other.answer(request, key: wrong, error: 487))
        // The right answer from the wrong place.
        var astray = other.answer(request)
        astray.from = Self.address(7)
        network.inject(astray)
        network.run(10)
        #expect(b.counters.unsolicitedResponses == 4)
        #expect(b.sendPair == nil && b.role == .controlled)
        #expect(!b.isValidated(local: b.addresses[0], remote: peer))

        network.inject(other.answer(request))
        network.run(10)
        #expect(b.sendPair?.remote == peer)
        // The same answer once more is one to nothing.
        network.inject(other.answer(request))
        network.run(10)
        #expect(b.counters.unsolicitedResponses == 5)
    }

    @Test func unknownRequiredAttributesAreAnsweredWith420() throws {
        let (network, b, other) = listening(7)
        var answers: [Network.Datagram] = []
        network.filter = { datagram, _ in
            answers.append(datagram)
            return .drop
        }
        network.inject(other.check(from: Self.address(0), to: b.addresses[0], unknownAttribute: true))
        network.run(100)
        #expect(answers.map(\.errorCode) == [420])
        let answer = try #require(answers.first)
        #expect(answer.value(of: .unknownAttributes) == [0x7F, 0xFF])
        #expect(answer.hasIntegrity(under: b.localCredentials))
        #expect(b.statistics.isEmpty)
    }

    @Test func garbageIsCounted() throws {
        let (network, b, other) = listening(8)
        var random = RandomSource(seed: 8)
        let good = other.check(from: Self.address(0), to: b.addresses[0])
        var mutants = 0
        for _ in 0..<20_000 {
            var mutant = good
            let at = Int.random(in: 0..<mutant.bytes.count, using: &random)
            mutant.bytes[at] ^= UInt8.random(in: 1...255, using: &random)
            if random.chance(0.2) { mutant.bytes.removeLast(Int.random(in: 0..<60, using: &random)) }
            network.inject(mutant)
            mutants += 1
            if mutants % 50 == 0 { network.run(1) }
        }
        network.run(10)
        #expect(b.statistics.isEmpty)
        // A bit of the type makes an answer of it, to nothing, or an indication, which says nothing.
        #expect(b.counters.malformedMessages + b.counters.unsolicitedResponses > 19_900)
        #expect(b.counters.unauthorizedRequests == 0)
    }

    @Test func candidateFloodsAreCapped() throws {
        let (network, b, _) = listening(9)
        b.bind("192.0.2.3", 6001)
        for i in 0..<1000 {
            b.agent.addRemoteCandidate(
                attribute: "candidate:1 1 udp \(1000 + i) 10.9.0.1 \(1 + i) typ host", now: network.now)
        }
        #expect(b.counters.ignoredCandidates == 1000 - 64)
        #expect(b.statistics.count == 100)
        network.run(30_000)
        #expect(b.state == .failed)
        // 100 pairs, seven requests each, at most three rounds.
        #expect(network.sent <= 2100)
    }

    @Test(arguments: [
        "0.0.0.0 9", "127.0.0.1 9", "::1 9", ":: 9", "::ffff:127.0.0.1 9", "224.0.0.1 9", "255.255.255.255 9",
        "ff02::1 9", "198.51.100.1 0",
    ])
    func placesThatNoPeerLivesAt(place: String) throws {
        let (network, b, _) = listening(10)
        b.bind("2001:db8::2", 6001)
        b.agent.addRemoteCandidate(attribute: "candidate:1 1 udp 5 \(place) typ host", now: network.now)
        network.run(1000)
        #expect(network.sent == 0)
    }

    @Test func anEmptyPoolOnlyDelays() {
        for slots in 0...3 {
            let network = Network(seed: 11)
            let a = network.add(.controlling, slots: slots)
            let b = network.add(.controlled)
            a.bind("192.0.2.1", 5000)
            b.bind("192.0.2.2", 6000)
            network.introduce(a, b)
            #expect(network.run(2000) { Network.agree(a, b) } == (slots > 0))
            if slots == 0 { #expect(a.counters.poolExhaustions > 10 && network.sent > 0) }
        }
    }
}
