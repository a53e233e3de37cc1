import NIOHTTP1
import SignallingMessages
import SocketIO
import SwitchboardServer
import Testing

/// The behaviours that the public Engine.IO protocol suite asks of a server, against a real one.
@Suite("Engine.IO protocol", .timeLimit(.minutes(1)))
struct EngineIOProtocolTests {
    private let polling = "EIO=4&transport=polling"
    private let webSocket = "EIO=4&transport=websocket"

    @Test("polling opens with sid, upgrades and the heartbeat's times")
    func openPolling() async throws {
        try await withServer(Echo(), settings: quick) { (server: TestServer) async throws in
            let answer = try await server.get(polling)
            #expect(answer.status == 200)
            #expect(answer.body.first == "0")
            let open = try JSONValue(parsing: String(answer.body.dropFirst()))
            guard case .object(let members) = open else {
                Issue.record("no object: \(answer.body)")
                return
            }
            #expect(Set(members.keys) == ["sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"])
            #expect(open["upgrades"] == ["websocket"])
            #expect(open["pingInterval"] == 300)
            #expect(open["pingTimeout"] == 1000)
        }
    }

    @Test("a WebSocket opens the same, without upgrades")
    func openWebSocket() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let socket = try #require(try await server.webSocket(webSocket))
            let text = try #require(await socket.text())
            #expect(text.first == "0")
            #expect(try JSONValue(parsing: String(text.dropFirst()))["upgrades"] == [])
        }
    }

    @Test("a handshake with a bad EIO, transport, method or sid is refused")
    func badHandshakes() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            for query in [
                "transport=polling", "EIO=abc&transport=polling", "EIO=5&transport=polling", "EIO=4",
                "EIO=4&transport=abc", "EIO=4&transport=polling&sid=unknown", "",
            ] {
                #expect(try await server.get(query).status == 400, "\(query)")
            }
            for query in [
                "transport=websocket", "EIO=abc&transport=websocket", "EIO=4&transport=abc", "EIO=4",
                "EIO=4&transport=websocket&sid=unknown",
            ] {
                #expect(try await server.webSocket(query) == nil, "\(query)")
            }
            #expect(try await server.post(polling, "").status == 400)
            #expect(try await server.request(.PUT, "/socket.io/?\(polling)").status == 400)
        }
    }

    @Test("polling carries one and several packets, text and binary")
    func pollingMessages() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let query = polling + "&sid=" + (try await server.openPolling())
            #expect(try await server.post(query, "40").body == "ok")
            #expect(try await server.get(query).body.hasPrefix("40{\"sid\":"))
            _ = try await server.post(query, "42[\"message\",1]\u{1E}42[\"message\",\"€\"]")
            #expect(try await server.get(query).body == "42[\"message-back\",1]\u{1E}42[\"message-back\",\"€\"]")
            _ = try await server.post(query, "451-[\"message\",{\"_placeholder\":true,\"num\":0}]\u{1E}bAQIDBA==")
            #expect(
                try await server.get(query).body
                    == "451-[\"message-back\",{\"_placeholder\":true,\"num\":0}]\u{1E}bAQIDBA==")
        }
    }

    @Test("a GET waits until there is something")
    func longPoll() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let query = polling + "&sid=" + (try await server.openPolling())
            _ = try await server.post(query, "40")
            _ = try await server.get(query)
            async let waiting = server.get(query)
            _ = try await server.post(query, "42[\"message\",7]")
            #expect(try await waiting.body == "42[\"message-back\",7]")
        }
    }

    @Test("a malformed payload is answered 400 and ends the session", arguments: ["abc", "9", "4\u{1E}\u{1E}"])
    func malformedPayload(body: String) async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let query = polling + "&sid=" + (try await server.openPolling())
            #expect(try await server.post(query, body).status == 400)
            #expect(try await server.get(query).status == 400)
        }
    }

    @Test("a body beyond the limit is refused")
    func longBody() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let query = polling + "&sid=" + (try await server.openPolling())
            #expect(try await server.post(query, "4" + String(repeating: "x", count: 200_000)).status == 413)
        }
    }

    @Test("two GETs at once: one is refused and the session ends")
    func overlappingPolls() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let query = polling + "&sid=" + (try await server.openPolling())
            async let first = server.get(query)
            async let second = server.get(query)
            #expect(try await Set([first.status, second.status]) == [200, 400])
            #expect(try await server.get(query).status == 400)
        }
    }

    @Test("a WebSocket carries text and binary, and ends on a malformed packet")
    func webSocketMessages() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let socket = try #require(try await server.webSocket(webSocket))
            _ = await socket.message()
            socket.send("40")
            _ = await socket.message()
            #expect(await socket.message() == "42[\"auth\",{}]")
            socket.send("42[\"message\",\"张\"]")
            #expect(await socket.message() == "42[\"message-back\",\"张\"]")
            socket.send("451-[\"message\",{\"_placeholder\":true,\"num\":0}]")
            socket.send([1, 2, 3])
            #expect(await socket.message() == "451-[\"message-back\",{\"_placeholder\":true,\"num\":0}]")
            #expect(await socket.next() == .binary([1, 2, 3]))
            socket.send("abc")
            #expect(await socket.ends())
        }
    }

    @Test("a message beyond the limit ends the WebSocket")
    func longMessage() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let socket = try #require(try await server.webSocket(webSocket))
            _ = await socket.message()
            socket.send("4" + String(repeating: "x", count: 200_000))
            #expect(await socket.ends())
        }
    }

    // Who answers has all the time a loaded machine may need; who is to be ended says nothing, however late it is read.

    @Test("polling: heartbeats come as long as they are answered")
    func pollingHeartbeat() async throws {
        try await withServer(Echo(), settings: patient) { (server: TestServer) async throws in
            let query = polling + "&sid=" + (try await server.openPolling())
            _ = try await server.post(query, "40")
            for _ in 0..<3 {
                // A heartbeat may come with the packets before it.
                var packets: [Substring] = []
                while !packets.contains("2") {
                    let answer = try await server.get(query)
                    try #require(answer.status == 200)
                    packets = answer.body.split(separator: "\u{1E}")
                }
                #expect(try await server.post(query, "3").status == 200)
            }
        }
    }

    @Test("polling: a session that does not answer its heartbeat ends")
    func pollingSilence() async throws {
        try await withServer(Echo(), settings: quick) { (server: TestServer) async throws in
            let query = polling + "&sid=" + (try await server.openPolling())
            var answer = try await server.get(query)
            // Read too late, the session is over already.
            while answer.status == 200, answer.body == "2" { answer = try await server.get(query) }
            #expect(answer.status == 400 || answer.body == "1")
            #expect(try await server.post(query, "3").status == 400)
        }
    }

    @Test("WebSocket: heartbeats come as long as they are answered")
    func webSocketHeartbeat() async throws {
        try await withServer(Echo(), settings: patient) { (server: TestServer) async throws in
            let socket = try #require(try await server.webSocket(webSocket))
            #expect(await socket.text()?.first == "0")
            for _ in 0..<3 {
                #expect(await socket.text() == "2")
                socket.send("3")
            }
        }
    }

    @Test("WebSocket: a session that does not answer its one heartbeat is told so and ends")
    func webSocketSilence() async throws {
        try await withServer(Echo(), settings: quick) { (server: TestServer) async throws in
            let socket = try #require(try await server.webSocket(webSocket))
            #expect(await socket.text()?.first == "0")
            #expect(await socket.text() == "2")
            #expect(await socket.text() == "1")
            #expect(await socket.next() == nil)
        }
    }

    @Test("generation 3: the server answers the client's heartbeats")
    func heartbeat3() async throws {
        try await withServer(Echo(), settings: patient) { (server: TestServer) async throws in
            let socket = try #require(try await server.webSocket("EIO=3&transport=websocket"))
            #expect(await socket.text()?.first == "0")
            #expect(await socket.text() == "40")
            #expect(await socket.text() == "42[\"auth\",{}]")
            for _ in 0..<3 {
                socket.send("2")
                #expect(await socket.text() == "3")
            }
        }
    }

    @Test("generation 3: who sends no heartbeat ends")
    func silence3() async throws {
        try await withServer(Echo(), settings: quick) { (server: TestServer) async throws in
            let socket = try #require(try await server.webSocket("EIO=3&transport=websocket"))
            #expect(await socket.text()?.first == "0")
            #expect(await socket.text() == "40")
            #expect(await socket.text() == "42[\"auth\",{}]")
            #expect(await socket.text() == "1")
            #expect(await socket.next() == nil)
        }
    }

    @Test("generation 3: polling with counted packets")
    func polling3() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let query = "EIO=3&transport=polling&sid=" + (try await server.openPolling(version: 3))
            #expect(try await server.post(query, "17:42[\"message\",\"€\"]").status == 200)
            #expect(try await server.get(query).body == "22:42[\"message-back\",\"€\"]")
            #expect(try await server.get("EIO=4&transport=polling" + query.dropFirst(23)).status == 400)
        }
    }

    @Test("a client may close its polling session by packet")
    func closePolling() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let query = polling + "&sid=" + (try await server.openPolling())
            #expect(try await server.post(query, "1").status == 200)
            #expect(try await server.post(query, "4").status == 400)
        }
    }

    @Test("a client that vanishes while its GET waits is gone at once")
    func vanishing() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let query = polling + "&sid=" + (try await server.openPolling())
            try await server.vanishDuringRequest("/socket.io/?\(query)")
            // Heartbeats are far away: only the end of that connection can end the session.
            while try await server.post(query, "6").status == 200 {}
            #expect(try await server.get(query).status == 400)
        }
    }

    @Test("a client may close its WebSocket session by packet")
    func closeWebSocket() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let socket = try #require(try await server.webSocket(webSocket))
            _ = await socket.text()
            socket.send("1")
            #expect(await socket.ends())
        }
    }

    @Test("the upgrade from polling to a WebSocket; polling is over and a second WebSocket refused")
    func upgrade() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let sid = try await server.openPolling()
            let query = polling + "&sid=" + sid
            _ = try await server.post(query, "40")
            _ = try await server.get(query)
            let socket = try #require(try await server.webSocket(webSocket + "&sid=" + sid))
            #expect(try await server.webSocket(webSocket + "&sid=" + sid) == nil)
            socket.send("2probe")
            #expect(await socket.text() == "3probe")
            socket.send("5")
            socket.send("42[\"message\",1]")
            #expect(await socket.message() == "42[\"message-back\",1]")
            #expect(try await server.get(query).status == 400)
            #expect(try await server.post(query, "4a").status == 400)
            #expect(try await server.webSocket(webSocket + "&sid=" + sid) == nil)
            socket.send("42[\"message\",2]")
            #expect(await socket.message() == "42[\"message-back\",2]")
        }
    }

    @Test("an upgrade that fails leaves the polling session as it was")
    func failedUpgrade() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let sid = try await server.openPolling()
            let query = polling + "&sid=" + sid
            let socket = try #require(try await server.webSocket(webSocket + "&sid=" + sid))
            socket.send("nonsense")
            #expect(await socket.ends())
            _ = try await server.post(query, "40")
            #expect(try await server.get(query).body.hasPrefix("40"))
        }
    }
}
