import LinuxIO
import NetworkCheck
import Primitives
import SignallingMessages
import Synchronization
import TLS
import Testing

/// Real allocations with credentials, given back at once.
@Suite struct CredentialTests {
    private func look(
        _ answer: ScriptedRelay.Answer, password: String = ScriptedRelay.password
    ) async throws -> (report: NetworkReport, requests: [String]) {
        let relay = try ScriptedRelay(answer)
        let url = try #require(ICEServerURL("turn:127.0.0.1:\(relay.port)"))
        let authorities = try TLSAuthorities()
        var check = NetworkCheck(
            servers: [.init(url, username: "kiosk", credential: password)], signalling: nil, authorities: authorities,
            signallingAuthorities: authorities)
        check.patience = .seconds(1)
        let report = try await Self.run(check)
        return (report, relay.stop())
    }

    /// On a thread of its own: other suites need the few that Swift has.
    private static func run(
        _ check: NetworkCheck, unless isOver: @escaping @Sendable () -> Bool = { false }
    ) async throws -> NetworkReport {
        try await withCheckedThrowingContinuation { continuation in
            do {
                _ = try MediaThread(name: "check") { continuation.resume(returning: check.run(unless: isOver)) }
            } catch { continuation.resume(throwing: error) }
        }
    }

    @Test func anAllocationIsMadeAndGivenBack() async throws {
        let (report, requests) = try await look(.grants)
        #expect(report.probes.first?.access == .granted && report.verdict.level == .well)
        #expect(requests.last == "release" && requests.contains("allocate with credentials"))
        #expect(report.json["servers"]?.array?.first?["credentials"]?.string == "granted")
        #expect(!report.json.text.contains(ScriptedRelay.password))
    }

    @Test func aWrongPasswordIsNamed() async throws {
        let (report, requests) = try await look(.grants, password: "battery staple")
        #expect(report.probes.first?.access == .refused(401))
        // The way itself is open.
        #expect(report.probes.first?.outcome != .failed(.timedOut))
        #expect(report.verdict.level == .restricted)
        #expect(report.verdict.sentences.contains { $0.contains("does not know this kiosk's user name and password") })
        #expect(
            report.verdict.fault?.description
                == "No relay lets this kiosk in: calls fail where both networks are strict.")
        #expect(!requests.contains("release"))
    }

    @Test(arguments: [(486, "quota"), (508, "is full"), (403, "forbids"), (500, "error 500")])
    func aRefusalIsNamed(code: Int, words: String) async throws {
        let (report, _) = try await look(.refuses(code))
        #expect(report.probes.first?.access == .refused(code))
        #expect(report.verdict.sentences.contains { $0.hasPrefix("The relay 127.0.0.1") && $0.contains(words) })
    }

    @Test func silenceToCredentialsIsNoBlockedPort() async throws {
        let (report, _) = try await look(.silent)
        #expect(report.probes.first?.access == .silent)
        #expect(!report.verdict.summary.contains("blocks UDP"))
    }

    @Test func oneRelayIsNamedOnceHoweverManyWaysLeadThere() throws {
        let urls = ["turn:t.example", "turn:t.example?transport=tcp", "turns:t.example:443"]
        let report = NetworkReport(
            signalling: nil,
            probes: try urls.map {
                NetworkReport.Probe(
                    url: try #require(ICEServerURL($0)), outcome: .answered(.milliseconds(9)), access: .refused(486))
            })
        #expect(report.verdict.sentences.count == 2)
    }

    @Test func whoIsNoLongerWantedStopsSoon() async throws {
        let silent = try UDPSocket(binding: TransportAddress(NetworkCheckTests.host, port: 0))
        let url = try #require(ICEServerURL("turn:127.0.0.1:\(silent.localAddress.port)"))
        let authorities = try TLSAuthorities()
        let check = NetworkCheck(
            servers: [.init(url)], signalling: nil, authorities: authorities, signallingAuthorities: authorities)
        // While it is wanted it would look five times a second, for four.
        let asked = Atomic(0)
        let report = try await Self.run(check, unless: { asked.add(1, ordering: .relaxed).newValue > 3 })
        #expect(report.probes.first?.outcome == .failed(.timedOut))
        #expect(asked.load(ordering: .relaxed) <= 12)
    }
}
