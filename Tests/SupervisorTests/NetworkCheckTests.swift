import FrontPanel
import LocalControl
import NetworkCheck
import Primitives
import SignallingClient
import SignallingMessages
import Supervisor
import Synchronization
import Testing

/// When kioskd looks at the network by itself, and whom it tells.
@Suite struct NetworkCheckTests {
    /// Looks that end when the test says so, with what the test says.
    final class Looks: Sendable {
        private struct State {
            var begun: [[NetworkCheck.Server]] = []
            var isOver: [@Sendable () -> Bool] = []
            var waiting: [CheckedContinuation<NetworkReport?, Never>] = []
        }
        private let state = Mutex(State())

        var begun: [[NetworkCheck.Server]] { state.withLock { $0.begun } }
        var lastIsOver: Bool { state.withLock { $0.isOver.last }?() ?? false }

        func look(_ servers: [NetworkCheck.Server], _ isOver: @escaping @Sendable () -> Bool) async -> NetworkReport? {
            await withCheckedContinuation { continuation in
                state.withLock {
                    $0.begun.append(servers)
                    $0.isOver.append(isOver)
                    $0.waiting.append(continuation)
                }
            }
        }

        func finish(_ report: NetworkReport?) {
            for waiting in state.withLock({ state in
                defer { state.waiting = [] }
                return state.waiting
            }) { waiting.resume(returning: report) }
        }
    }

    static func report(udp: NetworkReport.Outcome) -> NetworkReport {
        let urls: [(String, NetworkReport.Outcome)] = [
            ("turn:t.example", udp), ("turns:t.example:443", .answered(.milliseconds(30))),
        ]
        return NetworkReport(
            signalling: nil,
            probes: urls.compactMap { url, outcome in ICEServerURL(url).map { .init(url: $0, outcome: outcome) } })
    }
    static let (open, blocked) = (report(udp: .answered(.milliseconds(9))), report(udp: .failed(.timedOut)))
    static let note = "This network blocks UDP: calls use the TLS relay."

    private func bench(_ looks: Looks, network: String = "{check: 5m}") throws -> Bench {
        try Bench(network: network, look: { await looks.look($0, $1) })
    }

    private func status(_ bench: Bench) async -> JSONValue? { await bench.supervisor.answer(.status).json["result"] }

    /// The first look, which finds nothing wrong.
    private func findNothing(_ bench: Bench, _ looks: Looks) async throws {
        bench.clock.advance(.seconds(70))
        try await bench.until("it looks") { looks.begun.count == 1 }
        looks.finish(Self.open)
        try await bench.until("it is known") { await status(bench)?["network"] != nil }
    }

    @Test func everyoneIsToldWhatIsFound() async throws {
        let looks = Looks()
        let bench = try bench(looks, network: "{iceServers: [{urls: ['stun:192.0.2.9']}]}")
        try await bench.run {
            #expect(await status(bench)?["network"] == nil)
            bench.clock.advance(.seconds(9))
            #expect(looks.begun.isEmpty)
            bench.clock.advance(.seconds(61))
            try await bench.until("it looks") { looks.begun.count == 1 }
            #expect(looks.begun.first?.map(\.url.host) == ["192.0.2.9"])
            looks.finish(Self.blocked)
            // Who asks is told at once, and the consoles when a second look has found the same.
            try await bench.until("it is known") { await status(bench)?["network"] != nil }
            let told = await status(bench)?["network"]
            #expect(told?["level"]?.string == "restricted")
            #expect(told?["findings"]?.array?.first?.string == Self.note)
            #expect(told?["codes"]?.array?.first?["code"]?.string == "onlyByTLS")
            #expect(told?["stands"] == .bool(false))
            #expect(bench.signalling.networkNotes.allSatisfy { $0 == nil } && bench.panel.last?.network == nil)
            bench.clock.advance(.seconds(25))
            try await bench.until("it looks again soon") { looks.begun.count == 2 }
            looks.finish(Self.blocked)
            try await bench.until("the consoles are told") { bench.signalling.networkNotes.last == Self.note }
            #expect(bench.signalling.networkFindings.last == NetworkFinding("onlyByTLS"))
            #expect(bench.panel.last?.network == Self.note)
            #expect(await status(bench)?["network"]?["stands"] == .bool(true))
            // Again within five minutes and a quarter, and then all is well.
            bench.clock.advance(.seconds(225))
            bench.clock.advance(.seconds(150))
            try await bench.until("it looks again") { looks.begun.count == 3 }
            looks.finish(Self.open)
            try await bench.until("the consoles are told") { bench.signalling.networkNotes.last == .some(nil) }
            #expect(bench.signalling.networkFindings.last == .some(nil))
            #expect(await status(bench)?["network"]?["level"]?.string == "well")
        }
    }

    @Test func oneBadLookIsNotAStandingFault() async throws {
        let looks = Looks()
        let bench = try bench(looks)
        try await bench.run {
            bench.clock.advance(.seconds(70))
            for number in 1...4 {
                try await bench.until("it looks") { looks.begun.count == number }
                looks.finish(number % 2 == 1 ? Self.blocked : Self.open)
                let level = number % 2 == 1 ? "restricted" : "well"
                try await bench.until("it is known") { await status(bench)?["network"]?["level"]?.string == level }
                bench.clock.advance(.seconds(number % 2 == 1 ? 25 : 375))
            }
            #expect(bench.signalling.networkNotes.allSatisfy { $0 == nil })
        }
    }

    @Test func credentialsAreUsedWhereverTheyAreFrom() async throws {
        let looks = Looks()
        let relay = "{urls: ['turn:192.0.2.9', 'turns:192.0.2.9:443'], username: kiosk, credential: secret}"
        let bench = try bench(looks, network: "{iceServers: [\(relay)]}")
        try await bench.run {
            // Who has connected is told the servers without credentials.
            let servers = [ICEServerList.Server(urls: ["turn:192.0.2.9", "stun:192.0.2.9"])]
            bench.signalling.emit(.iceServers(ICEServerList(servers: servers, lifetime: 600)))
            try await bench.until("the list is known") { await status(bench)?["servers"]?.array?.count == 3 }
            bench.clock.advance(.seconds(70))
            try await bench.until("it looks") { looks.begun.count == 1 }
            #expect(looks.begun.first?.map(\.credential) == ["secret", "", "secret"])
            looks.finish(nil)
        }
    }

    @Test func neverInACall() async throws {
        let looks = Looks()
        let bench = try bench(looks)
        try await bench.run {
            bench.clock.advance(.seconds(70))
            try await bench.until("it looks") { looks.begun.count == 1 }
            #expect(!looks.lastIsOver)
            try await bench.call()
            // The look that a call came into is ended, and what it found is not told.
            #expect(looks.lastIsOver)
            looks.finish(Self.blocked)
            for _ in 0..<60 {
                bench.clock.advance(.seconds(120))
                for _ in 0..<50 { await Task.yield() }
            }
            await bench.supervisor.networkChanged()
            bench.clock.advance(.seconds(120))
            #expect(await bench.phase().word == "inCall")
            #expect(looks.begun.count == 1)
            #expect(await status(bench)?["network"] == nil)
            #expect(await bench.supervisor.answer(.network) == .refused("a call is on"))
            _ = await bench.supervisor.answer(.hangup)
            bench.clock.advance(.seconds(5))
            try await bench.until("it is over") { await bench.phase().word == "idle" }
            for _ in 0..<50 { await Task.yield() }
            #expect(looks.begun.count == 1)
            bench.clock.advance(.seconds(70))
            try await bench.until("it looks again") { looks.begun.count == 2 }
            looks.finish(nil)
        }
    }

    @Test func oneLookIsEnoughAfterACallThatWasNotConnected() async throws {
        let looks = Looks()
        let bench = try bench(looks, network: "{check: 24h}")
        try await bench.run {
            try await findNothing(bench, looks)
            bench.signalling.emit(.incomingCall(Bench.doctor))
            try await bench.until("it rings") { await bench.phase().word == "ringingIn" }
            bench.clock.advance(.seconds(3))
            try await bench.until("it answers") { bench.signalling.actions.contains(.answer(to: "d1")) }
            // No offer follows.
            for _ in 0..<60 where await bench.phase().word != "idle" {
                bench.clock.advance(.seconds(1))
                for _ in 0..<50 { await Task.yield() }
            }
            #expect(await bench.phase().word == "idle")
            #expect(looks.begun.count == 1)
            bench.clock.advance(.seconds(25))
            try await bench.until("it looks") { looks.begun.count == 2 }
            looks.finish(Self.blocked)
            try await bench.until("the consoles are told") { bench.signalling.networkNotes.last == Self.note }
        }
    }

    @Test func anotherAddressIsAnotherNetwork() async throws {
        let looks = Looks()
        let bench = try bench(looks, network: "{check: 24h}")
        try await bench.run {
            try await findNothing(bench, looks)
            await bench.supervisor.networkChanged()
            bench.clock.advance(.seconds(20))
            try await bench.until("it looks again") { looks.begun.count == 2 }
            looks.finish(nil)
        }
    }

    @Test func kioskctlIsAnsweredWithTheLookThatIsUnderWay() async throws {
        let looks = Looks()
        let bench = try bench(looks, network: "{check: 0s}")
        try await bench.run {
            bench.clock.advance(.seconds(86_400))
            for _ in 0..<50 { await Task.yield() }
            #expect(looks.begun.isEmpty)
            let first = Task { await bench.supervisor.answer(.network) }
            try await bench.until("it looks") { looks.begun.count == 1 }
            let second = Task { await bench.supervisor.answer(.network) }
            for _ in 0..<50 { await Task.yield() }
            looks.finish(Self.blocked)
            #expect(await first.value == .done(Self.blocked.json))
            #expect(await second.value == .done(Self.blocked.json))
            #expect(looks.begun.count == 1)
        }
    }

    @Test func kiosksThatStartTogetherDoNotLookTogether() async throws {
        var benches: [(Bench, Looks)] = []
        for seed in 0..<6 {
            let looks = Looks()
            let bench = try Bench(random: RandomSource(seed: UInt64(seed)), look: { await looks.look($0, $1) })
            benches.append((bench, looks))
        }
        var when: [Int] = []
        for (bench, looks) in benches {
            try await bench.run {
                for _ in 0..<71 where looks.begun.isEmpty {
                    bench.clock.advance(.seconds(1))
                    for _ in 0..<50 { await Task.yield() }
                }
                looks.finish(nil)
            }
            when.append(Int((bench.clock.now() - ManualClock().now()).seconds))
        }
        #expect(Set(when).count >= 4)
        #expect(when.allSatisfy { (10...71).contains($0) })
    }
}
