import LinuxIO
import MediaEngine
import PeerConnection
import Primitives
import Testing

/// What becomes of datagrams whose stream the other side does not read for a while; in virtual time, on a real connection.
@Suite struct PeerLinkTests {
    private static let loopback = TransportAddress(IPAddress(ipv4: 0x7F00_0001), port: 0)

    /// Behind its length, with its number first.
    private static func datagram(_ number: UInt32, size: Int, _ packets: BufferPool) throws -> PooledBuffer {
        var packet = try packets.take()
        packet.setCount(size)
        var bytes = packet.mutableBytes
        bytes.setBigEndian(UInt16(size - 2), at: 0)
        bytes.setBigEndian(number, at: 2)
        return packet
    }

    /// The numbers of the datagrams in a stream; nil if one is torn.
    private static func numbers(_ stream: [UInt8]) -> [UInt32]? {
        var numbers: [UInt32] = []
        var start = 0
        while start < stream.count {
            guard start + 6 <= stream.count else { return nil }
            let size = Int(stream[start]) << 8 | Int(stream[start + 1])
            guard start + 2 + size <= stream.count, size == 1198 || size == 118 else { return nil }
            numbers.append(stream[start + 2..<start + 6].reduce(0) { $0 << 8 | UInt32($1) })
            start += 2 + size
        }
        return numbers
    }

    @Test func picturesMakeWayAndNothingIsTorn() throws {
        var set = try EpollSet()
        let packets = BufferPool(slotCount: 2048, slotSize: 1536)
        let listener = try TCPListener(binding: Self.loopback)
        let stream = try TCPStream(connectingTo: listener.localAddress)
        try stream.register(in: set, tag: 0)
        let link = PeerLink(stream, StreamNumber(rawValue: 1), slots: 2048)
        let end = MonotonicClock.now() + .seconds(5)
        while stream.state == .opening, MonotonicClock.now() < end {
            try set.wait(timeout: .milliseconds(100))
            stream.progress()
        }
        let far = try #require(listener.accept())

        // 20 s of a call that nobody reads: the kernel's buffers fill, and then ours.
        var now = Instant(nanoseconds: 1_000_000_000)
        var sounds: [UInt32] = []
        for number in UInt32(0)..<20_000 {
            let isSound = number % 20 == 0
            let packet = try Self.datagram(number, size: isSound ? 120 : 1200, packets)
            link.send(packet, isSound ? .sound : .pictures, now: now)
            if isSound, now > Instant(nanoseconds: 20_200_000_000) { sounds.append(number) }
            now += .milliseconds(1)
        }
        #expect(link.lost(.pictures) > 10_000)
        #expect(stream.unsent.count == 0)
        #expect(packets.inUse <= 288)

        // Then all of it is read.
        var got: [UInt8] = []
        try far.register(in: set, tag: 1)
        let lost = link.lost(.pictures) + link.lost(.sound)
        let wanted = 20_000 - Int(lost)
        while MonotonicClock.now() < end + .seconds(5) {
            link.progress(now: now)
            try stream.updateInterest(in: set)
            while far.receive({ bytes in
                got += bytes.toArray()
                return bytes.byteCount
            }) {}
            if let numbers = Self.numbers(got), numbers.count >= wanted { break }
            try set.wait(timeout: .milliseconds(50))
        }
        let numbers = try #require(Self.numbers(got))
        #expect(numbers.count == wanted && packets.inUse == 0)
        #expect(link.lost(.pictures) + link.lost(.sound) == lost)
        // Of the last second's sound all has come, and of pictures the newest.
        #expect(!sounds.isEmpty && Set(sounds).isSubset(of: numbers))
        #expect(numbers.last == 19_999)
        stream.close(in: set)
        far.close(in: set)
    }
}
