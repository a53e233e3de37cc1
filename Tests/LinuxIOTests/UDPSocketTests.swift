import LinuxIO
import Primitives
import Testing

@Suite struct UDPSocketTests {
    let loopback = TransportAddress(IPAddress(ipv4: 0x7F00_0001), port: 0)

    func buffer(_ pool: BufferPool, _ bytes: [UInt8]) throws -> PooledBuffer {
        var buffer = try pool.take()
        buffer.copy(from: bytes.span.bytes)
        return buffer
    }

    func collect(_ socket: UDPSocket, _ pool: BufferPool, wanted: Int) throws -> [(count: Int, from: TransportAddress)]
    {
        var set = try EpollSet()
        try set.add(socket.raw, tag: 1)
        var got: [(Int, TransportAddress)] = []
        for _ in 0..<100 where got.count < wanted {
            try set.wait(timeout: .milliseconds(50))
            while socket.receive(into: pool, { packet, source, _ in got.append((packet.count, source)) }) {}
        }
        return got
    }

    @Test func aBatchCrossesWholeAndReturnsItsSlots() throws {
        let pool = BufferPool(slotCount: 128, slotSize: 1500)
        let a = try UDPSocket(binding: loopback)
        let b = try UDPSocket(binding: loopback)
        for i in 1...50 { a.send(try buffer(pool, Array(repeating: 7, count: i)), to: b.localAddress) }
        a.flush()
        let got = try collect(b, pool, wanted: 50)
        #expect(got.map(\.count) == Array(1...50))
        #expect(got.allSatisfy { $0.from == a.localAddress })
        #expect(pool.inUse == 0)
    }

    @Test func withoutSlotsDatagramsAreDroppedAndCounted() throws {
        let pool = BufferPool(slotCount: 4, slotSize: 1500)
        let none = BufferPool(slotCount: 0, slotSize: 1500)
        let a = try UDPSocket(binding: loopback)
        let b = try UDPSocket(binding: loopback)
        a.send(try buffer(pool, [1, 2, 3]), to: b.localAddress)
        a.flush()
        #expect(try collect(b, none, wanted: 0).isEmpty)
        var set = try EpollSet()
        try set.add(b.raw, tag: 1)
        try set.wait(timeout: .seconds(2))
        #expect(b.receive(into: none) { _, _, _ in })
        #expect(b.dropped.count == 1)
        #expect(b.receive(into: none) { _, _, _ in } == false)
    }

    @Test func arrivalIsTheKernelsTimeOnTheMonotonicClock() throws {
        let pool = BufferPool(slotCount: 64, slotSize: 1500)
        let a = try UDPSocket(binding: loopback)
        let b = try UDPSocket(binding: loopback)
        // The kernel turns stamping on a moment after the first socket asks for it, so the first tries may lack it.
        for _ in 0..<20 {
            let before = MonotonicClock.now()
            a.send(try buffer(pool, [1]), to: b.localAddress)
            a.flush()
            let sent = MonotonicClock.now()
            MonotonicClock.sleep(until: sent + .milliseconds(50))
            var arrival: Instant?
            _ = b.receive(into: pool) { _, _, at in arrival = at }
            let at = try #require(arrival)
            #expect(at >= before - .milliseconds(5))
            if at < sent + .milliseconds(40) { return }
        }
        Issue.record("arrival is the time of reading, not of arriving")
    }

    @Test func aTakenAddressIsAnError() throws {
        let a = try UDPSocket(binding: loopback)
        #expect(throws: SystemError.self) { _ = try UDPSocket(binding: a.localAddress) }
    }
}
