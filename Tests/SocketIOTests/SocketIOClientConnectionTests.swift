import Primitives
import SignallingMessages
import SocketIO
import Testing

private let start = Instant.zero
private let open4 =
    "0{\"sid\":\"E\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":100000}"
private let open3 = "0{\"sid\":\"E\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000}"

extension SocketIOClientConnection {
    fileprivate mutating func drain() -> [Output] {
        var outputs: [Output] = []
        while let output = poll() { outputs.append(output) }
        return outputs
    }
    fileprivate mutating func hear(_ text: String, at now: Instant = start) { receive(.text(text), now: now) }
}

@Suite("Socket.IO connection at the client")
struct SocketIOClientConnectionTests {
    @Test("generation 4: CONNECT with auth, pong for ping, early events after the connection")
    func four() {
        var c = SocketIOClientConnection(version: .v4, auth: ["name": "K"])
        c.hear(open4)
        #expect(c.drain() == [.frame(.text("40{\"name\":\"K\"}"))])
        c.hear("42[\"connectionSuccess\",\"S\"]")
        #expect(c.drain().isEmpty)
        c.hear("40{\"sid\":\"S\"}")
        #expect(c.drain() == [.connected(sid: "S"), .event(.event("connectionSuccess", ["S"]))])
        c.hear("2")
        #expect(c.drain() == [.frame(.text("3"))])
        #expect(c.deadline == start + .seconds(45))
        c.advance(to: start + .seconds(45))
        #expect(c.drain() == [.failed("no heartbeat from the server")])
    }

    @Test("generation 3: connected unasked, pings by itself, dead without a pong")
    func three() {
        var c = SocketIOClientConnection(version: .v3, auth: ["name": "K"])
        c.hear(open3)
        c.hear("42[\"connectionSuccess\",\"E\"]")
        c.hear("40")
        #expect(c.drain() == [.connected(sid: nil), .event(.event("connectionSuccess", ["E"]))])
        c.advance(to: start + .seconds(25))
        #expect(c.drain() == [.frame(.text("2"))])
        c.hear("3", at: start + .seconds(26))
        c.advance(to: start + .seconds(50))
        #expect(c.drain() == [.frame(.text("2"))])
        c.advance(to: start + .seconds(70))
        #expect(c.drain() == [.failed("no heartbeat from the server")])
    }

    @Test("a server of generation 3 that was asked for 4 is recognised and spoken to as such")
    func disguised() {
        var c = SocketIOClientConnection(version: .v4, auth: nil)
        c.hear(open3)
        #expect(c.drain().isEmpty, "CONNECT is held back until the server has had its say")
        c.hear("40")
        #expect(c.drain() == [.connected(sid: nil)])
        #expect(c.version == .v3)
        c.advance(to: start + .seconds(25))
        #expect(c.drain() == [.frame(.text("2"))])
    }

    @Test("a server of generation 4 that does not tell its maxPayload gets its CONNECT a little later")
    func old4() {
        var c = SocketIOClientConnection(version: .v4, auth: nil)
        c.hear(open3)
        c.advance(to: c.deadline)
        #expect(c.drain() == [.frame(.text("40"))])
        #expect(c.version == .v4)
    }

    @Test("a server of generation 3 whose greeting comes after that is still known for one")
    func late3() {
        var c = SocketIOClientConnection(version: .v4, auth: nil)
        c.hear(open3)
        c.advance(to: c.deadline)
        c.hear("40", at: start + .seconds(1))
        #expect(c.drain() == [.frame(.text("40")), .connected(sid: nil)])
        #expect(c.version == .v3)
        c.advance(to: start + .seconds(26))
        #expect(c.drain() == [.frame(.text("2"))])
    }

    @Test(
        "what breaks the protocol ends the connection",
        arguments: [
            ["4hello"], ["0{}"], ["0x"], [open4, open4], [open4, "9"], [open4, "42{}"], [open4, "1"],
            [open4, "44{\"message\":\"no\"}"], [open4, "40{\"sid\":\"S\"}", "41"],
        ])
    func failures(texts: [String]) {
        var c = SocketIOClientConnection(version: .v4, auth: nil)
        for text in texts { c.hear(text) }
        guard case .failed? = c.drain().last else {
            Issue.record("\(texts) did not end it")
            return
        }
        c.hear(open4)
        #expect(c.drain().isEmpty)
    }

    @Test("events before the connection are bounded")
    func earlyBound() {
        var c = SocketIOClientConnection(version: .v4, auth: nil)
        c.hear(open4)
        for _ in 0...64 { c.hear("42[\"a\"]") }
        #expect(c.drain().last == .failed("too many events before the connection"))
    }

    @Test("other namespaces are not ours")
    func otherNamespaces() {
        var c = SocketIOClientConnection(version: .v4, auth: nil)
        c.hear(open4)
        c.hear("40/admin,{\"sid\":\"X\"}")
        #expect(!c.isConnected)
        c.hear("40{\"sid\":\"S\"}")
        c.hear("42/admin,[\"a\"]")
        #expect(c.drain() == [.frame(.text("40")), .connected(sid: "S")])
    }
}
