import LocalControl
import MediaControl
import Primitives
import SignallingClient
import SignallingMessages
import Supervisor
import Testing

/// Servers on their way from site file and switchboard to the media process.
@Suite struct NetworkTests {
    static let relay = IPAddress(ipv4: 0xC000_0201)
    static let list = ICEServerList(
        servers: [
            .init(
                urls: ["turn:turn.example.org", "http://nonsense", "turns:turn.example.org:443"],
                username: "1700000000:S", credential: "c2VjcmV0")
        ], lifetime: 600)

    private func bench(_ network: String = "{}") throws -> Bench {
        try Bench(network: network, resolving: { name in name == "turn.example.org" ? [Self.relay] : [] })
    }

    /// What the media process knew when it was told to open its first session.
    private func settings(of bench: Bench) throws -> NetworkSettings {
        let commands = bench.media.commands
        let opened = try #require(commands.firstIndex { if case .openPeer = $0 { true } else { false } })
        let before = commands[..<opened].compactMap { if case .network(let settings) = $0 { settings } else { nil } }
        return before.last ?? NetworkSettings()
    }

    private func candidates(of bench: Bench) -> [String] {
        bench.media.commands.compactMap { if case .remoteCandidate(_, let text, _, _) = $0 { text } else { nil } }
    }

    @Test func whatTheSwitchboardNamesIsThereBeforeTheSession() async throws {
        let bench = try bench("{iceServers: [{urls: ['stun:192.0.2.9']}], policy: relay, ports: 50000-50009}")
        try await bench.run {
            bench.signalling.emit(.iceServers(Self.list))
            try await bench.call()
            let settings = try self.settings(of: bench)
            #expect(
                settings.servers.map(\.url.description) == [
                    "turn:turn.example.org:3478", "turns:turn.example.org:443", "stun:192.0.2.9:3478",
                ])
            #expect(settings.servers.prefix(2).allSatisfy { $0.address == Self.relay && $0.credential == "c2VjcmV0" })
            #expect(settings.policy == .relay && settings.ports == 50_000...50_009)
        }
    }

    @Test func aRelayWithoutCredentialsIsOnlyForTheCheck() async throws {
        let bench = try bench()
        try await bench.run {
            let servers = [ICEServerList.Server(urls: ["stun:192.0.2.9", "turn:192.0.2.9"])]
            bench.signalling.emit(.iceServers(ICEServerList(servers: servers, lifetime: 600)))
            try await bench.call()
            #expect(try self.settings(of: bench).servers.map(\.url.scheme) == [.stun])
            let reply = await bench.supervisor.answer(.status)
            #expect(reply.json["result"]?["servers"]?.array?.count == 2)
        }
    }

    @Test func aNameOnTheLocalNetworkIsResolvedBeforeItIsUsed() async throws {
        let name = "6f4e9a52-19b7-4c1d-9d6a-0d9b6f3b2a10.local"
        let bench = try Bench(resolving: { $0 == name ? [IPAddress(ipv4: 0xC0A8_0207)] : [] })
        try await bench.run {
            try await bench.call()
            for host in [name, "unknown.local", "192.168.2.9"] {
                let text = "candidate:1 1 udp 2113937151 \(host) 50123 typ host generation 0"
                bench.signalling.emit(.candidate(SignalledCandidate(candidate: text, sdpMid: "0"), from: "d1"))
            }
            try await bench.until("both are told") { self.candidates(of: bench).count == 2 }
            #expect(
                Set(self.candidates(of: bench)) == [
                    "candidate:1 1 udp 2113937151 192.168.2.7 50123 typ host generation 0",
                    "candidate:1 1 udp 2113937151 192.168.2.9 50123 typ host generation 0",
                ])
        }
    }

    @Test func credentialsThatAreOverAreNotUsed() async throws {
        let bench = try bench()
        try await bench.run {
            bench.signalling.emit(.iceServers(Self.list))
            try await bench.until("the media process is told") {
                bench.media.commands.contains {
                    if case .network(let told) = $0 { !told.servers.isEmpty } else { false }
                }
            }
            bench.clock.advance(.seconds(601))
            try await bench.call()
            #expect(try self.settings(of: bench).servers.isEmpty)
        }
    }

    @Test func aServerWithoutAnAddressHoldsNothingUp() async throws {
        let bench = try Bench(network: "{iceServers: [{urls: ['stun:nowhere.example.org', 'stun:192.0.2.9']}]}")
        try await bench.run {
            try await bench.call()
            #expect(try self.settings(of: bench).servers.map(\.url.host) == ["192.0.2.9"])
        }
    }
}
