import ICE
import Primitives
import Testing

@Suite struct CandidateTests {
    @Test(arguments: [
        "candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host",
        "candidate:1 1 udp 2130706431 2001:db8::1 5000 typ host ufrag abcd",
        "candidate:842163049 1 udp 1677729535 203.0.113.5 46154 typ srflx raddr 10.0.0.5 rport 46154 ufrag EsAw",
        "candidate:r1 1 udp 1862270975 203.0.113.5 1 typ prflx raddr 10.0.0.5 rport 2",
        "candidate:c1 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active",
        "candidate:c2 1 tcp 1518149375 192.0.2.1 50000 typ host tcptype passive ufrag EsAw",
        "candidate:3 1 udp 41885439 198.51.100.1 60000 typ relay raddr 203.0.113.5 rport 46154",
    ])
    func readAndWritten(attribute: String) throws {
        #expect(try ICECandidate(attribute: attribute).attribute == attribute)
        #expect(try ICECandidate(attribute: "a=" + attribute).attribute == attribute)
    }

    @Test func asChromiumWritesThem() throws {
        let candidate = try ICECandidate(
            attribute:
                "candidate:1467250027 1 UDP 2122260223 192.168.0.196 46243 typ host generation 0 ufrag EsAw network-id 1 network-cost 10"
        )
        #expect(candidate.kind == .host)
        #expect(candidate.address.description == "192.168.0.196:46243")
        #expect(candidate.usernameFragment == "EsAw")
        #expect(candidate.priority == 2_122_260_223)
        #expect(candidate.related == nil)
    }

    @Test(arguments: [
        ("candidate:1 1 tcp 1518280447 192.0.2.1 9 typ host", ICECandidateError.transport),
        ("candidate:1 1 tcp 1518280447 192.0.2.1 9 typ host tcptype so", .transport),
        ("candidate:1 1 dccp 1518280447 192.0.2.1 9 typ host tcptype active", .transport),
        ("candidate:1 2 udp 2130706430 192.0.2.1 5001 typ host", .component),
        ("candidate:1 1 udp 2113937151 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 54596 typ host", .name),
        ("candidate:1 1 udp 2113937151 example.com 54596 typ host", .name),
        ("candidate:1 1 udp 2113937151 192.0.2.1 54596 typ token", .kind),
        ("", .malformed), ("candidate:", .malformed), ("candidate:1 1 udp 1 192.0.2.1 5", .malformed),
        ("candidate:1 1 udp -1 192.0.2.1 5 typ host", .malformed),
        ("candidate:1 1 udp 0 192.0.2.1 5 typ host", .malformed),
        ("candidate:1 1 udp 2147483648 192.0.2.1 5 typ host", .malformed),
        ("candidate:1 1 udp 99999999999999999999 192.0.2.1 5 typ host", .malformed),
        ("candidate:1 0 udp 1 192.0.2.1 5 typ host", .malformed),
        ("candidate:1 257 udp 1 192.0.2.1 5 typ host", .malformed),
        ("candidate:1 1 udp 1 192.0.2.1 65536 typ host", .malformed),
        ("candidate:1 1 udp 1 192.0.2.1 5 type host", .malformed),
        ("candidate:é 1 udp 1 192.0.2.1 5 typ host", .malformed),
        ("candidate:1 1 udp 1 fe80::1%eth0::: 5 typ host", .malformed),
        ("candidate:" + String(repeating: "1", count: 33) + " 1 udp 1 192.0.2.1 5 typ host", .malformed),
        (String(repeating: "x", count: 100_000), .malformed),
    ])
    func ofNoUse(attribute: String, error: ICECandidateError) {
        #expect(throws: error) { _ = try ICECandidate(attribute: attribute) }
    }

    @Test func whatIsOfNoUseIsCountedAndIgnored() {
        let network = Network(seed: 1)
        let peer = network.add(.controlled)
        peer.agent.addRemoteCandidate(
            attribute: "candidate:1 1 udp 2113937151 1f47.local 54596 typ host", now: .zero)
        peer.agent.addRemoteCandidate(attribute: "garbage", now: .zero)
        peer.agent.addRemoteCandidate(attribute: "candidate:1 1 tcp 1 192.0.2.1 9 typ host", now: .zero)
        #expect(peer.counters.ignoredCandidates == 3)
        #expect(peer.state == .new)
    }

    @Test func truncationsAndMutationsNeverTrap() throws {
        let line =
            "candidate:842163049 1 udp 1677729535 2001:db8::5 46154 typ srflx raddr 10.0.0.5 rport 46154 ufrag EsAw"
        for length in 0..<line.count { _ = try? ICECandidate(attribute: String(line.prefix(length))) }
        var random = RandomSource(seed: 2)
        var read = 0
        for _ in 0..<20_000 {
            var bytes = Array(line.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let candidate = try? ICECandidate(attribute: String(decoding: bytes, as: UTF8.self)) else { continue }
            read += 1
            #expect(try ICECandidate(attribute: candidate.attribute).address == candidate.address)
        }
        #expect(read > 0)
    }

    @Test func priorities() {
        // RFC 8445 §5.1.2.1 with the recommended preferences.
        #expect(ICECandidate.priority(kind: .host, localPreference: 65535) == 2_130_706_431)
        #expect(ICECandidate.priority(kind: .relayed, localPreference: 0) == 255)
        let order: [ICECandidate.Kind] = [.host, .peerReflexive, .serverReflexive, .relayed]
        let values = order.map { ICECandidate.priority(kind: $0, localPreference: 100) }
        #expect(values == values.sorted(by: >))
    }

    @Test func hostCandidatesOfTwoFamilies() throws {
        let network = Network(seed: 3)
        let peer = network.add(.controlling)
        peer.bind("127.0.0.1", 1)
        peer.bind("192.0.2.1", 2)
        peer.bind("192.0.2.7", 3)
        peer.bind("2001:db8::1", 4)
        peer.bind("2001:db8::2", 5)
        peer.bind("2001:db8::2", 5)
        let candidates = peer.localCandidates
        #expect(candidates.count == 5, "twice the same is once")
        #expect(Set(candidates.map(\.priority)).count == 5)
        #expect(candidates.min { $0.priority < $1.priority }?.address.address.isLoopback == true)
        #expect(candidates.allSatisfy { $0.usernameFragment == peer.localCredentials.usernameFragment })
    }

    @Test func credentials() {
        var random = RandomSource(seed: 4)
        let drawn = ICECredentials(using: &random)
        #expect(ICECredentials(usernameFragment: drawn.usernameFragment, password: drawn.password) == drawn)
        #expect(drawn != ICECredentials(using: &random))
        let long = String(repeating: "a", count: 22)
        #expect(ICECredentials(usernameFragment: "abc", password: long) == nil)
        #expect(ICECredentials(usernameFragment: "abcd", password: String(long.dropLast())) == nil)
        #expect(ICECredentials(usernameFragment: "ab:d", password: long) == nil)
        #expect(ICECredentials(usernameFragment: "abcd", password: String(repeating: "a", count: 257)) == nil)
    }
}
