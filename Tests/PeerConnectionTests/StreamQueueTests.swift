import PeerConnection
import Primitives
import Testing

@Suite struct StreamQueueTests {
    /// A queue, its pool and its time; each datagram says who it is.
    final class Bench {
        let packets = BufferPool(slotCount: 2048, slotSize: 1536)
        var queue: StreamQueue
        var now = Instant(nanoseconds: 1_000_000_000)

        init(slots: Int = 2048) { queue = StreamQueue(slots: slots) }

        func push(_ number: UInt16, _ content: DatagramContent, size: Int = 1200) throws {
            var packet = try packets.take()
            packet.setCount(size)
            var bytes = packet.mutableBytes
            bytes.setBigEndian(number, at: 0)
            queue.push(packet, content, at: now)
        }

        func pop() -> UInt16? {
            guard let packet = queue.pop(at: now) else { return nil }
            return number(packet)
        }
        private func number(_ packet: borrowing PooledBuffer) -> UInt16? { packet.bytes.bigEndian(UInt16.self, at: 0) }

        func all() -> [UInt16] {
            var numbers: [UInt16] = []
            while let number = pop() { numbers.append(number) }
            return numbers
        }
    }

    @Test func controlGoesBeforeSoundAndSoundBeforePictures() throws {
        let bench = Bench()
        for (number, content) in [
            (1, .pictures), (2, .sound), (3, .control), (4, .pictures), (5, .sound), (6, .control),
        ]
            as [(UInt16, DatagramContent)]
        {
            try bench.push(number, content)
        }
        #expect(bench.all() == [3, 6, 2, 5, 1, 4])
        #expect(bench.queue.byteCount == 0 && bench.packets.inUse == 0)
    }

    @Test func theOldestPicturesGoFirst() throws {
        let bench = Bench()
        for number in 0..<200 as Range<UInt16> { try bench.push(number, .pictures) }
        for number in 1000..<1040 as Range<UInt16> { try bench.push(number, .sound, size: 120) }
        try bench.push(2000, .control, size: 100)
        let lost = UInt16(bench.queue.lost(.pictures))
        #expect(lost > 80)
        #expect(bench.queue.lost(.sound) == 0 && bench.queue.lost(.control) == 0)
        #expect(bench.queue.byteCount <= StreamQueue.byteLimit)
        #expect(bench.all() == [2000] + (1000..<1040) + (lost..<200))
    }

    @Test func picturesGrowOldAndControlDoesNot() throws {
        let bench = Bench()
        try bench.push(1, .pictures)
        try bench.push(2, .sound)
        try bench.push(3, .control)
        bench.now += StreamQueue.longestPictureWait
        try bench.push(4, .pictures)
        bench.now += .nanoseconds(1)
        #expect(bench.pop() == 3 && bench.queue.lost(.pictures) == 1)
        bench.now += .milliseconds(250)
        #expect(bench.all() == [2] && bench.queue.lost(.pictures) == 2)
        try bench.push(5, .sound)
        try bench.push(6, .control)
        bench.now += .seconds(60)
        #expect(bench.all() == [6] && bench.queue.lost(.sound) == 1 && bench.queue.lost(.control) == 0)
        #expect(bench.packets.inUse == 0)
    }

    /// Bounds in number, bytes and slots hold whatever comes, and everything is either taken out whole or counted.
    @Test(arguments: UInt64(1)...20) func everythingIsAccountedFor(seed: UInt64) throws {
        let bench = Bench(slots: seed % 2 == 0 ? 256 : 2048)
        var random = RandomSource(seed: seed)
        var (pushed, popped) = ([0, 0, 0], [0, 0, 0])
        let contents: [DatagramContent] = [.control, .sound, .pictures]
        var lastSound: UInt16?
        for round in 0..<5_000 {
            let which = [0, 1, 1, 2, 2, 2, 2, 2].randomElement(using: &random) ?? 0
            try bench.push(
                UInt16(which) << 13 | UInt16(round & 0x1FFF), contents[which],
                size: Int.random(in: which == 1 ? 60...200 : 20...1500, using: &random))
            pushed[which] += 1
            #expect(bench.queue.byteCount <= StreamQueue.byteLimit)
            #expect(bench.packets.inUse <= (seed % 2 == 0 ? 40 : 288))
            bench.now += .microseconds(Int64.random(in: 0...4_000, using: &random))
            let isBad = round / 500 % 2 == 0
            for _ in 0..<(isBad ? (random.chance(0.1) ? 1 : 0) : 3) {
                guard let number = bench.pop() else { break }
                popped[Int(number >> 13)] += 1
                if number >> 13 == 1 {
                    #expect(lastSound.map { $0 < number } ?? true)
                    lastSound = number
                }
            }
        }
        for number in bench.all() { popped[Int(number >> 13)] += 1 }
        for (index, content) in contents.enumerated() {
            #expect(pushed[index] == popped[index] + Int(bench.queue.lost(content)))
        }
        #expect(popped[1] * 3 > pushed[1] && bench.queue.lost(.pictures) > 0)
        #expect(bench.packets.inUse == 0)
    }
}
