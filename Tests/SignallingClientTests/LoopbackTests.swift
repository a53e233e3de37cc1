import Glibc
import Logging
import Primitives
import SignallingClient
import SignallingMessages
import SocketIO
import SwitchboardServer
import Testing

/// The client against our own server, over loopback.
@Suite("Signalling client and switchboard", .timeLimit(.minutes(1)))
struct LoopbackTests {
    private static var logger: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        // mkdtemp(3) fills in the six letters.
        var template = Array("/tmp/signalling-XXXXXX".utf8CString)
        let directory = String(cString: try #require(mkdtemp(&template)))
        defer {
            unlink(directory + "/signalling.json")
            rmdir(directory)
        }
        try await body(directory)
    }

    /// Starts a switchboard; its port and how to end it.
    private func startSwitchboard(port: Int = 0) async throws -> (port: Int, stop: () async -> Void) {
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let server = Task {
            defer { listening.finish() }
            try await runSwitchboard(
                SwitchboardConfiguration(host: "127.0.0.1", port: port, console: "/nonexistent"), logger: Self.logger
            ) { listening.yield($0) }
        }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())
        return (
            port,
            {
                server.cancel()
                _ = await server.result
            }
        )
    }

    private struct Party {
        let client: SignallingClient
        let running: Task<Void, Never>
        var events: AsyncStream<SignallingEvent>.Iterator

        init(_ name: String, port: Int, directory: String) throws {
            var configuration = SignallingConfiguration(
                url: "http://127.0.0.1:\(port)", name: name, room: "101", stateDirectory: directory)
            configuration.timing.firstRetry = .milliseconds(50)
            configuration.timing.longestRetry = .milliseconds(200)
            configuration.timing.offerRepeat = .milliseconds(50)
            let client = try SignallingClient(configuration, logger: LoopbackTests.logger)
            (self.client, events) = (client, client.events.makeAsyncIterator())
            running = Task { await client.run() }
        }

        /// The next event that `wanted` accepts.
        mutating func await<T>(_ wanted: (SignallingEvent) -> T?) async -> T? {
            while let event = await events.next() {
                if let value = wanted(event) { return value }
            }
            return nil
        }
        mutating func await(_ event: SignallingEvent) async -> Bool {
            await self.await { $0 == event ? true : nil } ?? false
        }
        mutating func joined() async -> [User]? {
            await self.await { if case .joined(let others) = $0 { others } else { nil } }
        }
        func leave() async {
            running.cancel()
            await running.value
        }
    }

    @Test("two clients, one over each generation: joined, called, answered, negotiated, hung up", arguments: [nil, 3])
    func call(engine: Int64?) async throws {
        let (port, stop) = try await startSwitchboard()
        try await withDirectory { one in
            try await withDirectory { two in
                if let engine { #expect(SignallingMemory(engine: engine).save(directory: one)) }
                var kiosk = try Party("Ward", port: port, directory: one)
                #expect(await kiosk.await(.connected(server: .callpoint)))
                #expect(await kiosk.joined() == [])
                var clinician = try Party("Li", port: port, directory: two)
                let others = try #require(await clinician.joined())
                #expect(others.map(\.userName) == ["Ward"])
                let kioskID = others[0].sockId
                #expect(await clinician.client.send(.call(to: kioskID)) == .sent)
                let caller = try #require(
                    await kiosk.await { if case .incomingCall(let user) = $0 { user } else { nil } })
                #expect(caller.userName == "Li")
                #expect(await kiosk.client.send(.answer(to: caller.sockId)) == .sent)
                #expect(
                    await clinician.await { if case .answered(let user) = $0 { user.sockId == kioskID } else { nil } }
                        == true)
                #expect(await clinician.client.send(.offer("v=0 o", to: kioskID)) == .sent)
                // Not answered at first: it comes again.
                for _ in 0..<2 { #expect(await kiosk.await(.offer("v=0 o", from: caller.sockId))) }
                #expect(await kiosk.client.send(.answerDescription("v=0 a", to: caller.sockId)) == .sent)
                #expect(await clinician.await(.answer("v=0 a", from: kioskID)))
                let candidate = SignalledCandidate(candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0)
                #expect(await kiosk.client.send(.candidate(candidate, to: caller.sockId)) == .sent)
                #expect(await clinician.await(.candidate(candidate, from: kioskID)))
                #expect(await clinician.client.send(.hangUp(to: kioskID)) == .sent)
                #expect(await kiosk.await(.hungUp(caller)))
                await clinician.leave()
                #expect(await kiosk.await(.users([])))
                await kiosk.leave()
                #expect(SignallingMemory(directory: one).lastSelf == nil)
                #expect(SignallingMemory(directory: one).engine == engine ?? 4)
            }
        }
        await stop()
    }

    @Test("a server that is restarted is joined again")
    func restart() async throws {
        let (port, stop) = try await startSwitchboard()
        try await withDirectory { directory in
            var kiosk = try Party("Ward", port: port, directory: directory)
            #expect(await kiosk.joined() == [])
            let before = await kiosk.client.sockId
            await stop()
            #expect(await kiosk.await { if case .disconnected = $0 { true } else { nil } } == true)
            #expect(await kiosk.client.send(.call(to: nil)) == .droppedOffline)
            let (_, stopAgain) = try await startSwitchboard(port: port)
            #expect(await kiosk.joined() == [])
            #expect(await kiosk.client.sockId != before)
            #expect(SignallingMemory(directory: directory).lastSelf?.sockId == (await kiosk.client.sockId))
            await kiosk.leave()
            await stopAgain()
        }
    }

    @Test("a connection that the host would not make from there any more is made anew; others are left alone")
    func anotherNetwork() async throws {
        let (port, stop) = try await startSwitchboard()
        try await withDirectory { directory in
            var kiosk = try Party("Ward", port: port, directory: directory)
            #expect(await kiosk.joined() == [])
            let (here, elsewhere) = (IPAddress(ipv4: 0x7F00_0001), IPAddress(ipv4: 0xC0A8_0102))
            let first = await kiosk.client.sockId
            await kiosk.client.networkChanged([here, elsewhere]) { _ in here }
            await kiosk.client.networkChanged([here]) { _ in nil }
            #expect(await kiosk.client.sockId == first)
            await kiosk.client.networkChanged([here, elsewhere]) { server in
                server == TransportAddress(here, port: UInt16(port)) ? elsewhere : here
            }
            #expect(await kiosk.joined() != nil)
            let second = await kiosk.client.sockId
            #expect(second != first)
            await kiosk.client.networkChanged([elsewhere]) { _ in nil }
            #expect(await kiosk.joined() != nil)
            #expect(await kiosk.client.sockId != second)
            await kiosk.leave()
        }
        await stop()
    }

    @Test("nobody there: told, and tried again")
    func unreachable() async throws {
        let (port, stop) = try await startSwitchboard()
        await stop()
        try await withDirectory { directory in
            var kiosk = try Party("Ward", port: port, directory: directory)
            // Logged, so without the address.
            for _ in 0..<2 { #expect(await kiosk.await(.disconnected(reason: "cannot connect: Connection refused"))) }
            await kiosk.leave()
        }
    }

    @Test("a configuration that cannot work is refused")
    func configuration() {
        func make(_ url: String, _ room: String, _ authorities: String? = nil) throws {
            _ = try SignallingClient(
                SignallingConfiguration(
                    url: url, name: "x", room: room, stateDirectory: "/nonexistent", certificateAuthorities: authorities
                ),
                logger: Self.logger)
        }
        #expect(throws: SignallingConfigurationError.invalidURL("x")) { try make("x", "1") }
        #expect(throws: SignallingConfigurationError.invalidRoom("12345")) { try make("http://a", "12345") }
        #expect(throws: SignallingConfigurationError.self) { try make("https://a", "1", "/nonexistent.pem") }
    }
}
