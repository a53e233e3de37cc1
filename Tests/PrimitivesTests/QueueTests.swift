import Primitives
import Testing

@Suite struct QueueTests {
    @Test func aFullRingGivesTheElementBack() {
        let ring = Ring<Int>(capacity: 2)
        #expect(ring.push(1) == nil && ring.push(2) == nil)
        #expect(ring.push(3) == 3)
        #expect(ring.refusals.count == 1)
        #expect(ring.pop() == 1 && ring.pop() == 2 && ring.pop() == nil)
    }

    @Test func aRingGivesUpWhatIsLeftInIt() throws {
        let pool = BufferPool(slotCount: 4, slotSize: 8)
        do {
            let ring = Ring<PooledBuffer>(capacity: 4)
            for _ in 0..<3 { _ = ring.push(try pool.take()) }
            #expect(pool.inUse == 3)
        }
        #expect(pool.inUse == 0)
    }

    @Test func orderSurvivesTwoThreads() async {
        let ring = Ring<Int>(capacity: 7)
        let total = 50_000
        async let consumed: Int = {
            var expected = 0
            while expected < total {
                guard let value = ring.pop() else {
                    await Task.yield()
                    continue
                }
                if value != expected { return -1 }
                expected += 1
            }
            return expected
        }()
        async let produced: Void = {
            var next = 0
            while next < total {
                if ring.push(next) == nil { next += 1 } else { await Task.yield() }
            }
        }()
        _ = await produced
        #expect(await consumed == total)
    }

    @Test func theLatestWinsAndTheOlderSlotGoesBack() throws {
        let pool = BufferPool(slotCount: 4, slotSize: 8)
        let mailbox = Mailbox<PooledBuffer>()
        for i in UInt8(1)...3 {
            var buffer = try pool.take()
            buffer.copy(from: [i].span.bytes)
            mailbox.put(buffer)
        }
        #expect(mailbox.replaced.count == 2 && pool.inUse == 1)
        var newest: UInt8?
        if let buffer = mailbox.take() { newest = buffer.bytes.byte(at: 0) }
        let empty = mailbox.take() == nil
        #expect(newest == 3 && empty)
    }
}

extension Optional where Wrapped: ~Copyable {
    static func == (value: borrowing Wrapped?, _: _OptionalNilComparisonType) -> Bool {
        switch value {
        case .none: true
        case .some: false
        }
    }
}
