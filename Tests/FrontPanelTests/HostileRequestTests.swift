import FrontPanel
import Primitives
import Testing

@Suite(.timeLimit(.minutes(1))) struct HostileRequestTests {
    @Test func malformedRequestsEndInARefusal() async throws {
        try await Panel.serve { panel in
            let requests = [
                "\r\n\r\n\r\nnonsense\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "POST /button/call/press HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                    + "Content-Length: -1\r\n\r\n", "BREW /coffee HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
                "DELETE / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "\u{0}\u{1}\u{2}\u{3}\r\n\r\n",
            ]
            for request in requests {
                let answer = try await panel.exchange(Array(request.utf8))
                #expect(
                    answer.isEmpty || answer.hasPrefix("HTTP/1.1 4") || answer.hasPrefix("HTTP/1.0 4"), "\(request)")
            }
            let page = try await panel.request("GET", "/")
            #expect(page.hasPrefix("HTTP/1.1 200 "), "and the panel is still there")
        }
    }

    @Test(arguments: [
        "/button", "/button/call", "/button//press", "/button/none/press", "/button/call/explode", "/../../etc/passwd",
        "/button/call/press/x", "/%00",
    ])
    func addressesThatAreNotThere(path: String) async throws {
        try await Panel.serve { panel in
            let posted = try await panel.request("POST", path)
            #expect(posted.hasPrefix("HTTP/1.1 404 "))
            let answer = try await panel.request("GET", path)
            #expect(answer.hasPrefix("HTTP/1.1 404 ") || answer.hasPrefix("HTTP/1.1 405 "))
        }
    }

    @Test func hugeRequestsAreCutOff() async throws {
        try await Panel.serve { panel in
            let huge = [UInt8](repeating: UInt8(ascii: "a"), count: 200_000)
            let heads = [
                "GET /", "GET / HTTP/1.1\r\nX: ",
                "POST /button/call/press HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 200000\r\n\r\n",
            ]
            for head in heads {
                let answer = try await panel.exchange(Array(head.utf8) + huge)
                #expect(!answer.contains(" 200 "), "\(head)")
            }
        }
    }

    @Test func aRequestThatNeverEndsIsNotWaitedFor() async throws {
        var limits = PanelLimits()
        limits.patience = .milliseconds(150)
        try await Panel.serve(limits: limits) { panel in
            for start in [
                "", "GET / HTTP/1.1\r\nHost: 127",
                "POST /button/call/press HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nab",
            ] {
                // returns only when the server closes
                let answer = try await panel.exchange(Array(start.utf8))
                #expect(!answer.contains(" 200 "), "\(start)")
            }
        }
    }

    @Test func connectionsAndStreamsAreBounded() async throws {
        var limits = PanelLimits()
        limits.streams = 1
        try await Panel.serve(limits: limits) { panel in
            let (begun, begin) = AsyncStream.makeStream(of: Void.self)
            async let holding = panel.request("GET", "/display.mjpeg") { text in
                if text.contains("image/jpeg") { begin.yield() }
                return false
            }
            var beginnings = begun.makeAsyncIterator()
            _ = await beginnings.next()
            let refused = try await panel.request("GET", "/display.mjpeg")
            #expect(refused.hasPrefix("HTTP/1.1 503 "))
            let other = try await panel.request("GET", "/events") { text in text.contains("data: ") }
            #expect(other.hasPrefix("HTTP/1.1 200 "), "the other kind has places of its own")
            await panel.server.stop()
            _ = try await holding
        }
        limits.connections = 0
        try await Panel.serve(limits: limits) { panel in
            let answer = try await panel.request("GET", "/")
            #expect(answer.isEmpty)
        }
    }
}
