import NIOHTTP1
import Primitives
import SignallingMessages
import SocketIO
import SwitchboardServer
import Testing

/// The behaviours that the public Socket.IO protocol suite asks of a server, against a real one.
@Suite("Socket.IO protocol", .timeLimit(.minutes(1)))
struct SocketIOProtocolTests {
    /// A WebSocket whose Engine.IO session is open.
    private func open(_ server: TestServer, version: Int = 4) async throws -> TestWebSocket {
        let socket = try #require(try await server.webSocket("EIO=\(version)&transport=websocket"))
        _ = await socket.text()
        return socket
    }

    /// As `open`, connected to "/".
    private func connect(_ server: TestServer) async throws -> TestWebSocket {
        let socket = try await open(server)
        socket.send("40")
        _ = await socket.message()
        _ = await socket.message()
        return socket
    }

    @Test("CONNECT to the main namespace, with and without auth")
    func mainNamespace() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let plain = try await open(server)
            plain.send("40")
            let reply = try #require(await plain.message())
            #expect(reply.hasPrefix("40{"))
            let sid = try JSONValue(parsing: String(reply.dropFirst(2)))["sid"]?.string
            #expect(sid?.isEmpty == false)
            #expect(await plain.message() == "42[\"auth\",{}]")
            let withAuth = try await open(server)
            withAuth.send("40{\"token\":\"123\"}")
            _ = await withAuth.message()
            #expect(await withAuth.message() == "42[\"auth\",{\"token\":\"123\"}]")
        }
    }

    @Test("CONNECT to another namespace, with and without auth and query")
    func customNamespace() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let socket = try await open(server)
            socket.send("40/custom,")
            #expect(await socket.message()?.hasPrefix("40/custom,{\"sid\":") == true)
            #expect(await socket.message() == "42/custom,[\"auth\",{}]")
            let withAuth = try await open(server)
            withAuth.send("40/custom?a=b,{\"token\":\"1\"}")
            #expect(await withAuth.message()?.hasPrefix("40/custom,{\"sid\":") == true)
            #expect(await withAuth.message() == "42/custom,[\"auth\",{\"token\":\"1\"}]")
            socket.send("40")
            #expect(await socket.message()?.hasPrefix("40{") == true, "both on one session")
            #expect(await socket.message() == "42[\"auth\",{}]")
        }
    }

    @Test("a namespace that is not served is refused and the session goes on")
    func unknownNamespace() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let socket = try await open(server)
            socket.send("40/random")
            #expect(await socket.message() == "44/random,{\"message\":\"Invalid namespace\"}")
            socket.send("40")
            #expect(await socket.message()?.hasPrefix("40{") == true)
        }
    }

    @Test(
        "what is no handshake, or comes before it, ends the session",
        arguments: ["4abc", "40{}x", "40[]", "42[\"message\",1]", "43[1]", "45", "4"])
    func badHandshake(text: String) async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let socket = try await open(server)
            socket.send(text)
            #expect(await socket.ends())
        }
    }

    @Test("who does not connect in time is ended")
    func connectTimeout() async throws {
        var settings = SocketIOServerSettings()
        settings.connectTimeout = .milliseconds(300)
        try await withServer(Echo(), settings: settings) { (server: TestServer) async throws in
            let socket = try await open(server)
            #expect(await socket.message() == nil)
        }
    }

    @Test("CONNECT twice to one namespace ends the session")
    func connectTwice() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let socket = try await connect(server)
            socket.send("40")
            #expect(await socket.ends())
        }
    }

    @Test("events come back with text and binary, acknowledged where asked")
    func events() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let socket = try await connect(server)
            socket.send("42[\"message\",1,\"2\",{\"3\":[true]}]")
            #expect(await socket.message() == "42[\"message-back\",1,\"2\",{\"3\":[true]}]")
            socket.send("42456[\"message-with-ack\",1,\"2\",{\"3\":[false]}]")
            #expect(await socket.message() == "43456[1,\"2\",{\"3\":[false]}]")
            socket.send("452-[\"message\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]")
            socket.send([1, 2, 3])
            socket.send([4, 5, 6])
            #expect(
                await socket.message()
                    == "452-[\"message-back\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]")
            #expect(await socket.next() == .binary([1, 2, 3]))
            #expect(await socket.next() == .binary([4, 5, 6]))
            socket.send("451-789[\"message-with-ack\",{\"_placeholder\":true,\"num\":0}]")
            socket.send([7])
            #expect(await socket.message() == "461-789[{\"_placeholder\":true,\"num\":0}]")
            #expect(await socket.next() == .binary([7]))
        }
    }

    @Test(
        "what is no packet ends the session",
        arguments: [
            "4abc", "42", "42{}", "42[]", "42abc", "42[\"message\",", "421[1]", "43[1]", "451[\"message\"]", "49",
            "4599-[\"message\"]",
        ])
    func malformedPackets(text: String) async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let socket = try await connect(server)
            socket.send(text)
            #expect(await socket.ends())
            // And nobody else's, nor the server.
            #expect(try await server.request(.GET, "/healthz").body == "ok\n")
        }
    }

    @Test("text in the place of an attachment, or an attachment out of place, ends the session")
    func attachmentsOutOfPlace() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let first = try await connect(server)
            first.send("451-[\"message\",{\"_placeholder\":true,\"num\":0}]")
            first.send("42[\"message\",1]")
            #expect(await first.ends())
            let second = try await connect(server)
            second.send([1, 2, 3])
            #expect(await second.ends())
        }
    }

    @Test("DISCONNECT ends the namespace and not the session")
    func disconnect() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let socket = try await connect(server)
            socket.send("40/custom")
            _ = await socket.message()
            _ = await socket.message()
            socket.send("41/custom,")
            socket.send("42[\"message\",1]")
            #expect(await socket.message() == "42[\"message-back\",1]")
            socket.send("42[\"leave\"]")
            #expect(await socket.message() == "41")
            socket.send("40")
            #expect(await socket.message()?.hasPrefix("40{") == true)
        }
    }

    @Test("generation 3 is connected to the main namespace unasked")
    func generation3() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            let socket = try await open(server, version: 3)
            #expect(await socket.text() == "40")
            #expect(await socket.text() == "42[\"auth\",{}]")
            socket.send("40/custom")
            #expect(await socket.text() == "40/custom,")
            _ = await socket.text()
            socket.send("40/random")
            #expect(await socket.text() == "44/random,\"Invalid namespace\"")
            socket.send("42/custom,1[\"message-with-ack\",1]")
            #expect(await socket.text() == "43/custom,1[1]")
        }
    }

    @Test("who sends faster than is permitted is cut off")
    func flood() async throws {
        var settings = SocketIOServerSettings()
        settings.messageBurst = 20
        settings.messageRate = 1
        try await withServer(Echo(), settings: settings) { (server: TestServer) async throws in
            let socket = try await connect(server)
            for i in 0..<100 { socket.send("42[\"message\",\(i)]") }
            #expect(await socket.ends())
        }
    }

    @Test("sessions are bounded in all and for an address")
    func sessionLimits() async throws {
        var settings = SocketIOServerSettings()
        settings.sessionsPerAddress = 2
        try await withServer(Echo(), settings: settings) { (server: TestServer) async throws in
            let first = try await connect(server)
            _ = try await server.openPolling()
            #expect(try await server.get("EIO=4&transport=polling").status == 503)
            let third = try await server.webSocket("EIO=4&transport=websocket")
            #expect(await third?.ends() ?? true)
            first.send("42[\"message\",1]")
            #expect(await first.message() == "42[\"message-back\",1]")
        }
    }
}
