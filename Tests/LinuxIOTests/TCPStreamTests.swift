import LinuxIO
import Primitives
import Testing

/// Two ends on loopback, each driven by an epoll set as a media thread would.
@Suite struct TCPStreamTests {
    static let loopback = TransportAddress(IPAddress(ipv4: 0x7F00_0001), port: 0)

    /// Turns until `isDone`, or two seconds have passed.
    static func drive(
        _ set: inout EpollSet, _ streams: [any ByteStream], until isDone: () -> Bool, read: (Int) -> Void = { _ in }
    ) throws {
        let end = MonotonicClock.now() + .seconds(2)
        while !isDone(), MonotonicClock.now() < end {
            for stream in streams { try stream.updateInterest(in: set) }
            try set.wait(timeout: .milliseconds(100))
            for i in 0..<set.count where set[i] < streams.count {
                let index = Int(set[i])
                streams[index].progress()
                read(index)
                if case .closed = streams[index].state { streams[index].close(in: set) }
            }
        }
    }

    func pair(_ set: inout EpollSet) throws -> [TCPStream] {
        let listener = try TCPListener(binding: Self.loopback)
        let client = try TCPStream(connectingTo: listener.localAddress)
        try client.register(in: set, tag: 0)
        try set.add(listener.raw, tag: 99)
        try Self.drive(&set, [client], until: { client.state == .open })
        let server = try #require(listener.accept())
        set.remove(listener.raw)
        #expect(server.remoteAddress == client.localAddress && server.localAddress == client.remoteAddress)
        try server.register(in: set, tag: 1)
        return [client, server]
    }

    @Test func whatIsSentWhileConnectingArrivesInOrder() throws {
        var set = try EpollSet()
        let listener = try TCPListener(binding: Self.loopback)
        let client = try TCPStream(connectingTo: listener.localAddress)
        try client.register(in: set, tag: 0)
        let (head, body): ([UInt8], [UInt8]) = ([0, 3], [7, 8, 9])
        let isQueued = (client.send(head.span.bytes, body.span.bytes), client.send(body.span.bytes))
        #expect(isQueued == (true, true))
        try Self.drive(&set, [client], until: { client.state == .open })
        let server = try #require(listener.accept())
        try server.register(in: set, tag: 1)
        var got: [UInt8] = []
        try Self.drive(&set, [client, server], until: { got.count >= 8 }) { index in
            guard index == 1 else { return }
            while server.receive({ bytes in
                got += (0..<bytes.byteCount).map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
                return bytes.byteCount
            }) {}
        }
        #expect(got == [0, 3, 7, 8, 9, 7, 8, 9])
    }

    @Test func bytesLeftUntakenAreShownAgain() throws {
        var set = try EpollSet()
        let ends = try pair(&set)
        let (one, two): ([UInt8], [UInt8]) = ([1, 2, 3], [4])
        var shown: [Int] = []
        ends[0].send(one.span.bytes)
        try Self.drive(&set, ends, until: { shown.count >= 1 }) { index in
            guard index == 1 else { return }
            _ = ends[1].receive { bytes in
                shown.append(bytes.byteCount)
                return 2
            }
        }
        ends[0].send(two.span.bytes)
        try Self.drive(&set, ends, until: { shown.count >= 2 }) { index in
            guard index == 1 else { return }
            _ = ends[1].receive { bytes in
                shown.append(bytes.byteCount)
                return bytes.byteCount
            }
        }
        #expect(shown == [3, 2])
    }

    @Test func aFullQueueLosesWholeMessagesAndCountsThem() throws {
        var set = try EpollSet()
        let ends = try pair(&set)
        let message = [UInt8](repeating: 5, count: 1000)
        var accepted = 0
        // The other side reads nothing: the kernel's buffers fill, and then ours.
        for _ in 0..<20_000 where ends[0].send(message.span.bytes) { accepted += 1 }
        #expect(accepted < 20_000 && ends[0].unsent.count == UInt64(20_000 - accepted))
        var got = 0
        try Self.drive(&set, ends, until: { got == accepted * 1000 }) { index in
            guard index == 1 else { return }
            while ends[1].receive({ bytes in
                got += bytes.byteCount
                return bytes.byteCount
            }) {}
        }
        #expect(got == accepted * 1000)
    }

    @Test func whatIsNeverTakenEndsTheConnection() throws {
        var set = try EpollSet()
        let ends = try pair(&set)
        let message = [UInt8](repeating: 5, count: TCPStream.receiveCapacity)
        ends[0].send(message.span.bytes)
        ends[0].send(message.span.bytes)
        try Self.drive(&set, ends, until: { ends[1].state != .open }) { index in
            if index == 1 { while ends[1].receive({ _ in 0 }) {} }
        }
        #expect(ends[1].state == .closed(.messageTooLong))
    }

    @Test func aRefusalAndAnEndAreToldApart() throws {
        var set = try EpollSet()
        let port = try TCPListener(binding: Self.loopback).localAddress
        let refused = try TCPStream(connectingTo: port)
        try refused.register(in: set, tag: 0)
        try Self.drive(&set, [refused], until: { refused.state != .opening })
        #expect(refused.state == .closed(.refused))
        let message: [UInt8] = [1]
        let isQueued = refused.send(message.span.bytes)
        #expect(!isQueued)

        let ends = try pair(&set)
        ends[0].close(in: set)
        try Self.drive(&set, ends, until: { ends[1].state != .open }) { _ in _ = ends[1].receive { $0.byteCount } }
        #expect(ends[1].state == .closed(nil))
    }

    @Test func aListenerWithNobodyWaitingSaysSo() throws {
        let listener = try TCPListener(binding: Self.loopback)
        #expect(listener.accept() == nil)
        #expect(throws: SystemError.self) { _ = try TCPListener(binding: listener.localAddress) }
    }
}
