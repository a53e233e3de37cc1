import Primitives
import SocketIO
import Testing

private let start = Instant.zero

private func session(
    _ version: EngineIOVersion = .v4, _ transport: EngineIOServerSession.Transport = .polling,
    settings: EngineIOSettings = EngineIOSettings()
) -> EngineIOServerSession {
    EngineIOServerSession(sid: "S", version: version, transport: transport, settings: settings, now: start)
}

extension EngineIOServerSession {
    mutating fileprivate func drain() -> [Output] {
        var outputs: [Output] = []
        while let output = poll() { outputs.append(output) }
        return outputs
    }
    /// Takes the open packet away.
    mutating fileprivate func settle() {
        if transport == .polling { _ = beginPoll() }
        _ = drain()
    }
}

@Suite("Engine.IO session at the server")
struct EngineIOServerSessionTests {
    @Test("a polling session opens with its parameters, maxPayload only in generation 4")
    func open() {
        var four = session()
        #expect(four.beginPoll() == true)
        #expect(
            four.drain() == [
                .pollAnswer(
                    "0{\"maxPayload\":131072,\"pingInterval\":25000,\"pingTimeout\":20000,\"sid\":\"S\",\"upgrades\":[\"websocket\"]}"
                )
            ])
        var three = session(.v3, .webSocket)
        #expect(
            three.drain() == [
                .frame(.text("0{\"pingInterval\":25000,\"pingTimeout\":20000,\"sid\":\"S\",\"upgrades\":[]}"))
            ])
    }

    @Test("generation 4: the server pings, and ends a session that does not answer")
    func heartbeat4() {
        var s = session(.v4, .webSocket)
        s.settle()
        #expect(s.deadline == start + .seconds(25))
        s.advance(to: start + .seconds(25))
        #expect(s.drain() == [.frame(.text("2"))])
        s.receive(.text("3"), now: start + .seconds(26))
        s.advance(to: start + .seconds(50))
        #expect(s.drain().isEmpty)
        s.advance(to: start + .seconds(51))
        #expect(s.drain() == [.frame(.text("2"))])
        s.advance(to: start + .seconds(71))
        #expect(s.drain() == [.frame(.text("1")), .closed(.pingTimeout)])
    }

    @Test("generation 3: the client pings, and is ended when it stops")
    func heartbeat3() {
        var s = session(.v3, .webSocket)
        s.settle()
        s.receive(.text("2"), now: start + .seconds(40))
        #expect(s.drain() == [.frame(.text("3"))])
        s.advance(to: start + .seconds(84))
        #expect(s.drain().isEmpty)
        s.advance(to: start + .seconds(85))
        #expect(s.drain() == [.frame(.text("1")), .closed(.pingTimeout)])
    }

    @Test("a heartbeat in the wrong direction ends the session")
    func wrongDirection() {
        for (version, text) in [
            (EngineIOVersion.v4, "2"), (.v3, "3"), (.v4, "0{}"), (.v4, "5"), (.v3, "abc"), (.v4, ""),
        ] {
            var s = session(version, .webSocket)
            s.settle()
            s.receive(.text(text), now: start)
            #expect(s.drain() == [.closed(.protocolError)])
        }
    }

    @Test("two GETs at once end the session, and neither hangs")
    func overlap() {
        var s = session()
        s.settle()
        #expect(s.beginPoll() == true)
        #expect(s.beginPoll() == false)
        #expect(s.drain() == [.pollAnswer("1"), .closed(.protocolError)])
        #expect(s.beginPoll() == false)
    }

    @Test("a client that closes gets a noop on its waiting GET")
    func close() {
        var s = session()
        s.settle()
        #expect(s.beginPoll() == true)
        #expect(s.receive(payload: Array("1".utf8), now: start) == true)
        #expect(s.drain() == [.pollAnswer("6"), .closed(.byClient)])
        #expect(s.receive(payload: Array("4a".utf8), now: start) == false)
    }

    @Test("the upgrade: probe, noop to the waiting GET, then everything on the WebSocket")
    func upgrade() {
        var s = session()
        s.settle()
        #expect(s.beginPoll() == true)
        #expect(s.beginProbe(now: start) == true)
        #expect(s.beginProbe(now: start) == false, "a second probe is refused")
        s.receiveProbe(.text("2probe"), now: start)
        #expect(s.drain() == [.probeFrame(.text("3probe")), .pollAnswer("6")])
        s.send(.message("queued"))
        #expect(s.drain().isEmpty)
        s.receiveProbe(.text("5"), now: start)
        #expect(s.drain() == [.probeAdopted, .frame(.text("4queued"))])
        #expect(s.transport == .webSocket)
        #expect(s.beginPoll() == false)
        #expect(s.receive(payload: Array("4a".utf8), now: start) == false)
        #expect(s.beginProbe(now: start) == false)
        s.receive(.text("4a"), now: start)
        #expect(s.drain() == [.message(.message("a"))])
    }

    @Test("a probe that says something else, or nothing, is closed and the session polls on")
    func failedProbe() {
        var s = session()
        s.settle()
        #expect(s.beginProbe(now: start) == true)
        s.receiveProbe(.text("5"), now: start)
        #expect(s.drain() == [.probeClosed])
        #expect(s.beginProbe(now: start) == true)
        s.advance(to: start + .seconds(10))
        #expect(s.drain() == [.probeClosed])
        s.send(.message("a"))
        #expect(s.beginPoll() == true)
        #expect(s.drain() == [.pollAnswer("4a")])
    }

    @Test("a client that does not fetch what waits for it is cut off")
    func slowConsumer() {
        var settings = EngineIOSettings()
        settings.queuePackets = 4
        var s = session(settings: settings)
        for i in 0..<4 { s.send(.message("\(i)")) }
        #expect(s.drain() == [.closed(.slowConsumer)])
        settings.queuePackets = 100
        settings.queueBytes = 1000
        var t = session(settings: settings)
        t.send(.message(String(repeating: "x", count: 1000)))
        #expect(t.drain() == [.closed(.slowConsumer)])
    }

    @Test("a payload that is too long or malformed ends the session")
    func badPayload() {
        var settings = EngineIOSettings()
        settings.maxPayload = 10
        for body in ["abc", "4hello world", ""] {
            var s = session(settings: settings)
            s.settle()
            #expect(s.receive(payload: Array(body.utf8), now: start) == false)
            #expect(s.drain() == [.closed(.protocolError)])
        }
    }
}
