import DTLS
import Primitives
import Testing

@Suite struct HostileTests {
    /// Handshake messages of one record cut into records of at most `size` bytes of message (RFC 6347 §4.2.3).
    static func fragment(_ datagram: [UInt8], size: Int) -> [[UInt8]]? {
        guard datagram.count > 25, datagram[0] == 22 else { return nil }
        let length = Int(datagram[11]) << 8 | Int(datagram[12])
        guard length == datagram.count - 13 else { return nil }  // one record
        let header = Array(datagram[13..<25])
        let body = Array(datagram[25...])
        guard header[9] == UInt8(body.count >> 16), header[10] == UInt8(body.count >> 8 & 255) else { return nil }
        var parts: [[UInt8]] = []
        for (number, start) in stride(from: 0, to: body.count, by: size).enumerated() {
            let piece = Array(body[start..<min(start + size, body.count)])
            var record = Array(datagram[0..<5]) + [0, 0, 0, 0, 0, UInt8(number)]
            record += [UInt8((piece.count + 12) >> 8), UInt8((piece.count + 12) & 255)]
            record += header[0..<6] + [0, UInt8(start >> 8), UInt8(start & 255)]
            record += [0, UInt8(piece.count >> 8), UInt8(piece.count & 255)] + piece
            parts.append(record)
        }
        return parts
    }

    @Test(arguments: [24, 50, 100])
    func helloInPieces(_ size: Int) throws {
        for order in 0..<4 {
            let pair = try Pair()
            var pieces = 0
            pair.start()
            pair.run { index, _, bytes in
                guard index == 0, let parts = Self.fragment(bytes, size: size) else { return [(.zero, bytes)] }
                pieces = parts.count
                var random = RandomSource(seed: UInt64(order))
                let shuffled = order == 0 ? parts : order == 1 ? parts.reversed() : parts.shuffled(using: &random)
                return shuffled.enumerated().map { (.microseconds(Int64($0.offset)), $0.element) }
            }
            #expect(pieces > 1)
            #expect(pair.isConnected, "order \(order)")
            // The server answers when the last piece is there, not when the client repeats itself.
            let answered = pair.sent.first { !$0.byClient }?.at
            #expect(answered == Instant(nanoseconds: 5_010_000_000) + .microseconds(Int64(pieces - 1)))
        }
    }

    /// Junk of every kind before, during and after the handshake, which ends all the same.
    @Test func junkFlood() throws {
        var random = RandomSource(seed: 7)
        let pair = try Pair()
        pair.start()
        var real: [[UInt8]] = []
        pair.run { _, _, bytes in
            real.append(bytes)
            var all: [(Interval, [UInt8])] = []
            for i in 0..<200 {
                var junk = (0..<Int.random(in: 0...100, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                if !junk.isEmpty, i % 2 == 0 { junk[0] = UInt8.random(in: 24...63, using: &random) }
                // Of the next epoch: kept by OpenSSL until it can be read, but not without limit.
                if i % 5 == 0 {
                    junk = [22, 254, 253, 0, 1, 0, 0, 0, 0, 0, UInt8(i), 0, 40] + [UInt8](repeating: 9, count: 40)
                }
                all.append((.nanoseconds(Int64(i - 199)), junk))
            }
            return all + [(.zero, bytes)]
        }
        #expect(pair.isConnected)
        for i in 0..<2000 {
            var bytes = real[i % real.count]
            bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= UInt8(1 << (i % 8))
            pair.client.receive(bytes.span.bytes, now: pair.now)
            pair.server.receive(bytes.span.bytes, now: pair.now)
        }
        #expect(pair.isConnected)
        #expect(pair.clientKeys?.local == pair.serverKeys?.remote)
    }

    /// Every truncation of every datagram, and mutations of them, into endpoints in the middle of a handshake.
    @Test func truncatedAndMutated() throws {
        let pair = try Pair()
        pair.start()
        pair.run()
        let datagrams = pair.sent
        let certificate = try DTLSCertificate()
        var random = RandomSource(seed: 11)
        for (_, byClient, bytes) in datagrams {
            let role = byClient ? DTLSTransport.Role.server : .client
            for length in stride(from: 0, to: bytes.count, by: 3) {
                var one = try DTLSTransport(role: role, certificate: certificate, peerFingerprints: [])
                one.start(now: .zero)
                let short = Array(bytes.prefix(length))
                one.receive(short.span.bytes, now: .zero)
                let connected = one.state == .connected
                #expect(!connected)
            }
            for _ in 0..<200 {
                var one = try DTLSTransport(role: role, certificate: certificate, peerFingerprints: [])
                one.start(now: .zero)
                var changed = bytes
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    changed[Int.random(in: 0..<changed.count, using: &random)] = .random(in: 0...255, using: &random)
                }
                one.receive(changed.span.bytes, now: .zero)
                one.advance(to: one.deadline == .distantFuture ? .zero : one.deadline)
                let connected = one.state == .connected
                #expect(!connected)
            }
        }
    }

    @Test func poolExhaustionLosesNothing() throws {
        let none = BufferPool(slotCount: 0, slotSize: 1536)
        var client = try DTLSTransport(role: .client, certificate: DTLSCertificate(), peerFingerprints: [])
        client.start(now: .zero)
        let refused = client.nextDatagram(from: none) == nil
        #expect(refused)
        let kept = client.hasDatagrams
        #expect(kept)
        let given = client.nextDatagram(from: packets) != nil
        #expect(given)
    }
}
