import DTLS
import Primitives
import Testing

@Suite struct HandshakeTests {
    @Test func bothEndsExportTheSameKeys() throws {
        let pair = try Pair()
        pair.start()
        pair.run()
        #expect(pair.clientState == .connected)
        #expect(pair.serverState == .connected)
        let client = try #require(pair.clientKeys)
        let server = try #require(pair.serverKeys)
        #expect(client.profile == .aeadAES128GCM)
        #expect(client.local == server.remote)
        #expect(client.remote == server.local)
        #expect(client.local != client.remote)
        #expect(client.local.count == 28)
        // Two round trips of 20 ms and no retransmission.
        #expect(pair.now == Instant(nanoseconds: 5_040_000_000))
        #expect(pair.sent.allSatisfy { $0.bytes.count <= DTLSTransport.maximumDatagramSize })
    }

    @Test(arguments: SRTPProtectionProfile.allCases)
    func everyProfile(_ profile: SRTPProtectionProfile) throws {
        let pair = try Pair(profiles: [profile])
        pair.start()
        pair.run()
        let keys = try #require(pair.clientKeys)
        #expect(keys.profile == profile)
        #expect(keys.local.count == profile.keySize + profile.saltSize)
        #expect(pair.serverKeys?.remote == keys.local)
    }

    /// The first six datagrams, each lost in turn: the handshake ends, at times that only our clock explains.
    @Test(arguments: 0..<6)
    func eachDatagramLost(_ lost: Int) throws {
        let pair = try Pair()
        let start = pair.now
        pair.start()
        pair.run { index, _, bytes in index == lost ? [] : [(.zero, bytes)] }
        #expect(pair.isConnected)
        let clean = 4  // datagrams of a handshake without loss
        if lost < clean {
            #expect(pair.sent.count > clean)
            let took = pair.now - start
            #expect(took >= .milliseconds(75))
            #expect(took <= .milliseconds(400))
        }
    }

    /// Twice with patience, then often, as loss has shown, then rarely, and never more: OpenSSL gives a flight twelve.
    @Test func retransmissionsBecomeRareAndStop() throws {
        let pair = try Pair()
        let start = pair.now
        pair.start()
        pair.run(limit: .seconds(60)) { _, _, _ in [] }
        #expect(pair.clientState == .failed(.timedOut))
        #expect(pair.clientKeys == nil)
        let times = pair.sent.map { ($0.at - start).milliseconds }
        let flights = times.reduce(into: [Int64]()) { if $0.last != $1 { $0.append($1) } }
        #expect(flights.prefix(5) == [0, 75, 225, 285, 345])
        #expect(Set(flights).isSuperset(of: [525, 925, 1325, 1725, 2125, 2625, 3125, 4125, 6125, 9125]))
        #expect(times == flights, "never two at once")
        for (one, next) in zip(flights, flights.dropFirst()).dropFirst(2) {
            #expect(next - one <= (one < 6000 ? 60 : 400))
        }
        #expect(flights.count { $0 > 6000 } <= 20 && flights.count <= 140)
    }

    @Test func halfOfEverythingLost() throws {
        for seed in 0..<40 as Range<UInt64> {
            var random = RandomSource(seed: seed)
            let pair = try Pair()
            let start = pair.now
            pair.start()
            pair.run(limit: .seconds(17)) { _, _, bytes in random.chance(0.5) ? [] : [(.zero, bytes)] }
            // The last flight is repeated only when asked for, so one end may know before the other.
            #expect(pair.isConnected, "seed \(seed): \(pair.clientState) \(pair.serverState)")
            #expect(pair.now - start <= .seconds(17))
        }
    }

    @Test func reorderedAndDuplicated() throws {
        for seed in 100..<140 as Range<UInt64> {
            var random = RandomSource(seed: seed)
            let pair = try Pair()
            pair.start()
            pair.run { _, _, bytes in
                (0..<Int.random(in: 1...2, using: &random)).map { _ in
                    (.milliseconds(Int64.random(in: 0...30, using: &random)), bytes)
                }
            }
            #expect(pair.isConnected, "seed \(seed)")
            #expect(pair.clientKeys?.local == pair.serverKeys?.remote)
        }
    }

    @Test func goodbyeIsHeard() throws {
        let pair = try Pair()
        pair.start()
        pair.run()
        pair.client.close(now: pair.now)
        #expect(pair.clientState == .closed)
        #expect(pair.clientKeys == nil)
        pair.run(limit: .seconds(1))
        #expect(pair.serverState == .closed)
        #expect(pair.serverKeys == nil)
    }
}
