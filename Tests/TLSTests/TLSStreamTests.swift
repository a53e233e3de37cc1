import LinuxIO
import Primitives
import TLS
import Testing

/// Against OpenSSL's own server.
@Suite struct TLSStreamTests {
    /// Connects, again while nobody listens yet, until the handshake has ended or ten seconds have passed.
    func connect(_ server: Server, name: String, authorities: TLSAuthorities, _ set: inout EpollSet) throws -> TLSStream
    {
        let end = MonotonicClock.now() + .seconds(10)
        while true {
            let stream = try TLSStream(connectingTo: server.address, name: name, authorities: authorities)
            try stream.register(in: set, tag: 0)
            try drive(stream, &set, until: { stream.state != .opening })
            guard stream.state == .closed(.refused), MonotonicClock.now() < end else { return stream }
            stream.close(in: set)
            try set.wait(timeout: .milliseconds(50))
        }
    }

    func drive(_ stream: TLSStream, _ set: inout EpollSet, until isDone: () -> Bool, read: () -> Void = {}) throws {
        let end = MonotonicClock.now() + .seconds(5)
        while !isDone(), MonotonicClock.now() < end {
            try stream.updateInterest(in: set)
            try set.wait(timeout: .milliseconds(100))
            guard set.count > 0 else { continue }
            stream.progress()
            read()
        }
    }

    @Test func aTrustedNameOpensAndBytesCrossBothWays() throws {
        let server = try Server(name: "DNS:turn.example.org")
        var set = try EpollSet()
        let stream = try connect(
            server, name: "turn.example.org", authorities: TLSAuthorities(file: server.authority), &set)
        #expect(stream.state == .open)
        var got: [UInt8] = []
        let text = Array("edcba\n".utf8)
        stream.send(text.span.bytes)
        try drive(stream, &set, until: { got.count >= 6 }) {
            while stream.receive({ bytes in
                got += (0..<bytes.byteCount).map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
                return bytes.byteCount
            }) {}
        }
        #expect(String(decoding: got, as: UTF8.self) == "abcde\n")
        // More than a record, a socket buffer and our own queue hold at once.
        let line = [UInt8](repeating: 0x61, count: 10_000) + [0x0A]
        got = []
        stream.send(line.span.bytes)
        var sent = 1
        try drive(stream, &set, until: { got.count >= 40 * line.count }) {
            while sent < 40, stream.send(line.span.bytes) { sent += 1 }
            while stream.receive({ bytes in
                got += (0..<bytes.byteCount).map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
                return bytes.byteCount
            }) {}
        }
        #expect(got.count == 40 * line.count && got.filter { $0 == 0x0A }.count == 40)
        stream.close(in: set)
        #expect(stream.state == .closed(nil))
    }

    @Test func anAddressMayBeTheName() throws {
        let server = try Server(name: "IP:127.0.0.1")
        var set = try EpollSet()
        let authorities = try TLSAuthorities(file: server.authority)
        #expect(try connect(server, name: "127.0.0.1", authorities: authorities, &set).state == .open)
        set = try EpollSet()
        #expect(
            try connect(server, name: "127.0.0.2", authorities: authorities, &set).state == .closed(.tls(.nameMismatch))
        )
    }

    @Test func anotherNameIsNotAccepted() throws {
        let server = try Server(name: "DNS:turn.example.org")
        var set = try EpollSet()
        let stream = try connect(
            server, name: "turn.example.com", authorities: TLSAuthorities(file: server.authority), &set)
        #expect(stream.state == .closed(.tls(.nameMismatch)))
    }

    @Test func anUnknownAuthorityIsNotTrusted() throws {
        let server = try Server(name: "DNS:turn.example.org")
        var set = try EpollSet()
        let stream = try connect(server, name: "turn.example.org", authorities: TLSAuthorities(), &set)
        #expect(stream.state == .closed(.tls(.notTrusted)))
    }

    @Test func aTimeThatIsOverOrHasNotBegunIsSaid() throws {
        var set = try EpollSet()
        let old = try Server(name: "DNS:a.example", to: "20210101000000Z")
        #expect(
            try connect(old, name: "a.example", authorities: TLSAuthorities(file: old.authority), &set).state
                == .closed(.tls(.expired)))
        set = try EpollSet()
        let early = try Server(name: "DNS:a.example", from: "20980101000000Z")
        #expect(
            try connect(early, name: "a.example", authorities: TLSAuthorities(file: early.authority), &set).state
                == .closed(.tls(.clockBehind)))
    }

    @Test func whatSpeaksNoTLSIsNotWaitedForLong() throws {
        let listener = try TCPListener(binding: TransportAddress(IPAddress(ipv4: 0x7F00_0001), port: 0))
        var set = try EpollSet()
        let stream = try TLSStream(
            connectingTo: listener.localAddress, name: "a.example", authorities: TLSAuthorities())
        try stream.register(in: set, tag: 0)
        var plain: TCPStream?
        let words = Array("HTTP/1.0 400 Bad Request\r\n\r\n".utf8)
        try drive(stream, &set, until: { stream.state != .opening }) {
            if plain == nil { plain = listener.accept() }
            plain?.send(words.span.bytes)
        }
        guard case .closed(.tls(.handshake)) = stream.state else {
            Issue.record("\(stream.state)")
            return
        }
    }

    @Test func aFileWithoutCertificatesIsAnError() {
        #expect(throws: SystemError.self) { _ = try TLSAuthorities(file: "/nonexistent/ca.pem") }
        #expect(throws: SystemError.self) { _ = try TLSAuthorities(file: "/dev/null") }
    }
}
