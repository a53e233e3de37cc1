import LinuxIO
import LocalControl
import MediaControl
import Primitives
import SignallingClient
import SignallingMessages
import Supervisor
import Synchronization
import Testing

/// `network.policy: mdns`: what of our candidates the other side is told.
@Suite struct HiddenAddressTests {
    final class RecordingNames: NameService {
        private let log = Mutex<[(name: String, address: IPAddress)]>([])
        private let ends = Mutex(0)
        var published: [(name: String, address: IPAddress)] { log.withLock { $0 } }
        var withdrawals: Int { ends.withLock { $0 } }
        func publish(_ name: String, _ address: IPAddress) { log.withLock { $0.append((name, address)) } }
        func withdraw() { ends.withLock { $0 += 1 } }
    }

    private func told(_ bench: Bench) -> [String] {
        bench.signalling.actions.compactMap {
            if case .candidate(let candidate, _) = $0 { candidate.candidate } else { nil }
        }
    }

    private func offer(_ candidates: [String], in bench: Bench) async throws {
        let session = bench.media.commands.compactMap {
            if case .openPeer(let peer, _, _) = $0 { peer } else { nil }
        }.last
        for candidate in candidates {
            bench.media.emit(
                .event(
                    .localCandidate(peer: try #require(session), candidate: candidate, mid: "0", mLineIndex: 0)))
        }
    }

    static let host = "candidate:1 1 udp 2130706431 192.168.2.2 50000 typ host"
    static let again = "candidate:2 1 tcp 2105458943 192.168.2.2 9 typ host tcptype active"
    static let seen = "candidate:3 1 udp 1694498815 198.51.100.7 50000 typ srflx raddr 192.168.2.2 rport 50000"
    static let relayed = "candidate:4 1 udp 16777215 2001:db8::9 50000 typ relay raddr 2001:db8::7 rport 50000"

    @Test func ourAddressesAreNames() async throws {
        let names = RecordingNames()
        let bench = try Bench(network: "{policy: mdns}", names: names)
        try await bench.run {
            try await bench.call()
            try await self.offer([Self.host, Self.again, Self.seen, Self.relayed], in: bench)
            try await bench.until("all are told") { self.told(bench).count == 4 }
            let name = try #require(names.published.first?.name)
            #expect(names.published.map(\.address) == [IPAddress(ipv4: 0xC0A8_0202)])
            #expect(
                self.told(bench) == [
                    "candidate:1 1 udp 2130706431 \(name) 50000 typ host",
                    "candidate:2 1 tcp 2105458943 \(name) 9 typ host tcptype active",
                    "candidate:3 1 udp 1694498815 198.51.100.7 50000 typ srflx raddr 0.0.0.0 rport 9",
                    "candidate:4 1 udp 16777215 2001:db8::9 50000 typ relay raddr :: rport 9",
                ])
            #expect(!self.told(bench).joined().contains("192.168"))
            #expect(names.withdrawals == 0)
            _ = await bench.supervisor.answer(.hangup)
            #expect(names.withdrawals == 1)
            // The next call has names of its own.
            bench.clock.advance(.seconds(6))
            try await bench.until("it is idle") { await bench.phase().word == "idle" }
            bench.signalling.emit(.incomingCall(Bench.doctor))
            try await bench.until("it rings") { await bench.phase().word == "ringingIn" }
            bench.clock.advance(.seconds(3))
            try await bench.until("it answers") { await bench.phase().word == "connecting" }
            bench.signalling.emit(.offer(InProcessMedia.sdp + "a=next\r\n", from: "d1"))
            try await bench.until("media flow") { await bench.phase().word == "inCall" }
            try await self.offer([Self.host], in: bench)
            try await bench.until("a name is made") { names.published.count == 2 }
            #expect(names.published.last?.name != name)
        }
    }

    @Test func whatStandsInADescriptionIsANameToo() async throws {
        let names = RecordingNames()
        let bench = try Bench(network: "{policy: mdns}", names: names)
        try await bench.run {
            _ = await bench.supervisor.answer(.call)
            bench.signalling.emit(.answered(Bench.doctor))
            try await bench.until("a session is opened") {
                bench.media.commands.contains { if case .openPeer = $0 { true } else { false } }
            }
            let sdp = InProcessMedia.sdp + "a=\(Self.host)\r\na=\(Self.seen)\r\n"
            bench.media.emit(.event(.localDescription(peer: 1, type: .offer, sdp: sdp)))
            var said: String?
            try await bench.until("it is offered") {
                said = bench.signalling.actions.compactMap { if case .offer(let sdp, _) = $0 { sdp } else { nil } }.last
                return !names.published.isEmpty && said?.contains("typ host") == true
            }
            let name = try #require(names.published.first?.name)
            #expect(said?.contains("a=candidate:1 1 udp 2130706431 \(name) 50000 typ host\r\n") == true)
            #expect(said?.contains("192.168") == false && said?.hasPrefix(InProcessMedia.sdp) == true)
        }
    }

    @Test func withoutThePolicyNothingIsHidden() async throws {
        let names = RecordingNames()
        let bench = try Bench(names: names)
        try await bench.run {
            try await bench.call()
            try await self.offer([Self.host, Self.seen], in: bench)
            try await bench.until("both are told") { self.told(bench).suffix(2) == [Self.host, Self.seen] }
            #expect(names.published.isEmpty)
        }
    }

    /// Over this host's own interface, where it has one for groups.
    @Test func theLocalNetworkIsAnsweredWhileTheNameLives() async throws {
        let own = try NetworkInterfaces.addresses(includingLoopback: false).first { $0.address.family == .ipv4 }
        guard let own else { return }
        let names = MulticastNames()
        let name = "0b1f7a52-19b7-4c1d-9d6a-\(UInt32.random(in: 0x1000_0000 ... .max))0000.local"
        names.publish(name, own.address)
        let found = await NameResolution.addresses(of: name)
        #expect(found == [own.address])
        names.withdraw()
        #expect(await NameResolution.addresses(of: name).isEmpty)
    }
}
