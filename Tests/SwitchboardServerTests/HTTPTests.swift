import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Primitives
import SwitchboardServer
import Testing

@Suite("HTTP of the switchboard", .timeLimit(.minutes(1)))
struct HTTPTests {
    private func withConsole(_ body: (TestServer) async throws -> Void) async throws {
        var template = Array("/tmp/console-XXXXXX".utf8CString)
        let directory = String(cString: try #require(mkdtemp(&template)))
        defer {
            for name in ["index.html", "main.js", "sub/icon.svg"] { unlink(directory + "/" + name) }
            rmdir(directory + "/sub")
            rmdir(directory)
        }
        mkdir(directory + "/sub", 0o700)
        for (name, text) in [("index.html", "<!doctype html>"), ("main.js", "1"), ("sub/icon.svg", "<svg/>")] {
            let file = open(directory + "/" + name, O_WRONLY | O_CREAT, 0o600)
            #expect(write(file, text, text.utf8.count) == text.utf8.count)
            close(file)
        }
        try await withServer(Echo(), console: directory, body)
    }

    @Test("the console's files with their types, tags and policy")
    func files() async throws {
        try await withConsole { (server: TestServer) async throws in
            let index = try await server.request(.GET, "/?x=1")
            #expect(index.status == 200)
            #expect(index.body == "<!doctype html>")
            #expect(index.headers["Content-Type"] == ["text/html; charset=utf-8"])
            #expect(index.headers["Cache-Control"] == ["no-cache"])
            let policy = try #require(index.headers["Content-Security-Policy"].first)
            #expect(policy.contains("default-src 'self'"))
            #expect(!policy.contains("unsafe"))
            #expect(!policy.contains("*"))
            #expect(index.headers["X-Content-Type-Options"] == ["nosniff"])
            #expect(
                try await server.request(.GET, "/main.js").headers["Content-Type"] == ["text/javascript; charset=utf-8"]
            )
            #expect(try await server.request(.GET, "/sub/icon.svg").headers["Content-Type"] == ["image/svg+xml"])
            let tag = try #require(index.headers["ETag"].first)
            #expect(try await server.request(.GET, "/", headers: [("If-None-Match", tag)]).status == 304)
            let head = try await server.request(.HEAD, "/")
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
        }
    }

    @Test("nothing outside the console, and nothing but reading")
    func refusals() async throws {
        try await withConsole { (server: TestServer) async throws in
            for path in [
                "/nothing", "/../../etc/passwd", "/sub/../main.js", "/%2e%2e/etc/passwd", "//etc/passwd", "/sub",
            ] {
                #expect(try await server.request(.GET, path).status == 404, "\(path)")
            }
            #expect(try await server.request(.POST, "/index.html").status == 405)
            #expect(try await server.request(.GET, "/healthz").body == "ok\n")
            let options = try await server.request(.OPTIONS, "/socket.io/?EIO=4&transport=polling")
            #expect(options.status == 204)
            #expect(options.headers["Access-Control-Allow-Origin"] == ["*"])
            #expect(options.headers["Access-Control-Allow-Credentials"].isEmpty)
        }
    }

    @Test("a taken port is told as such")
    func takenPort() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            await #expect(throws: SwitchboardError.self) {
                try await withServer(Echo(), port: server.port) { _ in Issue.record("listens twice") }
            }
        }
    }

    @Test("bytes that are no HTTP end their connection and nothing else")
    func noise() async throws {
        try await withServer(Echo()) { (server: TestServer) async throws in
            var random = RandomSource(seed: 5)
            for round in 0..<50 {
                var bytes = (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) }
                if round % 2 == 0 {
                    bytes = Array("GET /socket.io/?EIO=4 HTTP/1.1\r\n".utf8) + bytes + Array("\r\n\r\n".utf8)
                }
                let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .connect(host: "127.0.0.1", port: server.port).get()
                try? await channel.writeAndFlush(ByteBuffer(bytes: bytes))
                try? await channel.close()
            }
            #expect(try await server.request(.GET, "/healthz").body == "ok\n")
        }
    }
}
