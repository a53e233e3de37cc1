import FrontPanel
import Primitives
import Testing

@Suite(.timeLimit(.minutes(1))) struct ButtonTests {
    @Test func whatIsDoneToTheButtonReachesTheListener() async throws {
        try await Panel.serve { panel in
            for action in ["press", "release", "long"] {
                let answer = try await panel.request("POST", "/button/call/\(action)", headers: "Content-Length: 0\r\n")
                #expect(answer.hasPrefix("HTTP/1.1 200 "))
                #expect(answer.contains(#"{"button":"call","action":"\#(action)"}"#))
            }
            var inputs = panel.server.inputs.makeAsyncIterator()
            #expect(await inputs.next() == .pressed(button: "call"))
            #expect(await inputs.next() == .released(button: "call"))
            #expect(await inputs.next() == .long(button: "call"))
        }
    }

    @Test func aLostReleaseIsMadeUpFor() async throws {
        try await Panel.serve { panel in
            _ = try await panel.request("POST", "/button/call/press")
            _ = try await panel.request("POST", "/button/call/press")
            var inputs = panel.server.inputs.makeAsyncIterator()
            #expect(await inputs.next() == .pressed(button: "call"))
            #expect(await inputs.next() == .released(button: "call"))
            #expect(await inputs.next() == .pressed(button: "call"))
        }
    }

    @Test func aPageThatWentAwayHoldsNothing() async throws {
        var limits = PanelLimits()
        limits.longestHold = .zero
        try await Panel.serve(limits: limits) { panel in
            _ = try await panel.request("POST", "/button/call/press")
            var inputs = panel.server.inputs.makeAsyncIterator()
            #expect(await inputs.next() == .pressed(button: "call"))
            #expect(await inputs.next() == .released(button: "call"))
        }
    }

    @Test func aReleaseWithoutAPressIsNothing() async throws {
        try await Panel.serve { panel in
            _ = try await panel.request("POST", "/button/call/release")
            _ = try await panel.request("POST", "/button/call/long")
            var inputs = panel.server.inputs.makeAsyncIterator()
            #expect(await inputs.next() == .long(button: "call"))
        }
    }

    @Test(arguments: [
        "Origin: http://evil.example\r\n", "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n", "Origin: https://127.0.0.1\r\n",
    ])
    func anotherSitesPageMayNotPress(headers: String) async throws {
        try await Panel.serve { panel in
            let answer = try await panel.request("POST", "/button/call/press", headers: headers)
            #expect(answer.hasPrefix("HTTP/1.1 403 "))
            _ = try await panel.request("POST", "/button/call/long")
            var inputs = panel.server.inputs.makeAsyncIterator()
            #expect(await inputs.next() == .long(button: "call"), "nothing was pressed before")
        }
    }

    @Test func thePagesOwnPressIsTaken() async throws {
        try await Panel.serve { panel in
            let own = "Origin: http://127.0.0.1:\(panel.server.port)\r\nSec-Fetch-Site: same-origin\r\n"
            let answer = try await panel.request("POST", "/button/call/press", headers: own)
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test func aNameOfSomebodyElsesIsRefused() async throws {
        try await Panel.serve { panel in
            for host in ["evil.example", "127.0.0.1.evil.example:80", "[::1", "localhost.evil", ""] {
                let answer = try await panel.exchange(
                    Array("GET /state.json HTTP/1.1\r\nHost: \(host)\r\n\r\n".utf8))
                #expect(answer.hasPrefix("HTTP/1.1 4"), "\(host)")
            }
            for host in ["localhost:1", "LOCALHOST", "[::1]:80", "192.168.1.4"] {
                let answer = try await panel.exchange(
                    Array("GET /state.json HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n".utf8))
                #expect(answer.hasPrefix("HTTP/1.1 200 "), "\(host)")
            }
        }
    }
}
