import LinuxIO
import NetworkCheck
import Primitives
import TLS
import Testing

/// On loopback, with servers of the test's own.
@Suite struct NetworkCheckTests {
    static let host = IPAddress(ipv4: 0x7F00_0001)

    private func run(
        _ urls: [String], signalling: ServerEndpoint? = nil
    ) throws -> NetworkReport {
        let authorities = try TLSAuthorities()
        var check = NetworkCheck(
            servers: urls.compactMap { ICEServerURL($0) }.map { NetworkCheck.Server($0) }, signalling: signalling,
            authorities: authorities,
            signallingAuthorities: authorities)
        check.patience = .seconds(2)
        return check.run()
    }

    /// Serves one question on a thread of its own: `serve` is given the accepted connection's set and stream.
    private func answering(_ text: String, _ body: (UInt16) throws -> Void) throws {
        let listener = try TCPListener(binding: TransportAddress(Self.host, port: 0))
        let port = listener.localAddress.port
        nonisolated(unsafe) let held = listener  // given over to the thread
        let thread = try MediaThread(name: "server") {
            guard var set = try? EpollSet() else { return }
            try? set.add(held.raw, tag: 0)
            try? set.wait(timeout: .seconds(5))
            guard let stream = held.accept() else { return }
            try? stream.register(in: set, tag: 1)
            set.remove(held.raw)
            let bytes = Array(text.utf8)
            stream.send(bytes.span.bytes)
            // Until the other side has read it and gone.
            while stream.state == .open {
                try? set.wait(timeout: .seconds(5))
                if !stream.receive({ $0.byteCount }), set.count == 0 { break }
            }
            stream.close(in: set)
        }
        defer { thread.join() }
        try body(port)
    }

    @Test func theCallServersClockIsRead() throws {
        try answering("HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n") { port in
            let report = try run([], signalling: ServerEndpoint(url: "http://127.0.0.1:\(port)/path"))
            let ahead = try #require(report.signalling?.clockAhead)
            let now = MonotonicClock.wallClockMilliseconds() / 1000
            #expect(abs(now - ahead - 784_111_777) <= 5)
        }
    }

    @Test func whatAnswersSomethingElseIsToldApart() throws {
        try answering("SSH-2.0-OpenSSH_9.2\r\n\r\n") { port in
            let report = try run([], signalling: ServerEndpoint(url: "http://127.0.0.1:\(port)/path"))
            #expect(report.signalling?.outcome == .failed(.otherProtocol))
        }
        try answering("HTTP/1.1 400 Bad Request\r\n\r\n") { port in
            let report = try run(["turns:127.0.0.1:\(port)"])
            #expect(report.probes.map(\.outcome) == [.failed(.otherProtocol)])
        }
    }

    @Test func closedPortsAndSilenceAreToldApart() throws {
        let silent = try UDPSocket(binding: TransportAddress(Self.host, port: 0))
        let closed = try TCPListener(binding: TransportAddress(Self.host, port: 0)).localAddress.port
        let began = MonotonicClock.now()
        let report = try run([
            "turn:127.0.0.1:\(silent.localAddress.port)", "turn:127.0.0.1:\(closed)?transport=tcp",
            "turns:127.0.0.1:\(closed)",
        ])
        #expect(report.probes.map(\.outcome) == [.failed(.timedOut), .failed(.refused), .failed(.refused)])
        #expect(MonotonicClock.now() - began < .seconds(6))
    }
}
