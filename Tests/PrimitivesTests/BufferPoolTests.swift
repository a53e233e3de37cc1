import Primitives
import Synchronization
import Testing

@Suite struct BufferPoolTests {
    @Test func givesEverySlotOnceAndThenRefuses() throws {
        let pool = BufferPool(slotCount: 3, slotSize: 100)
        do {
            let a = try pool.take()
            let b = try pool.take()
            let c = try pool.take()
            #expect(Set([a.slot, b.slot, c.slot]).count == 3)
            #expect(throws: PoolExhausted.self) { _ = try pool.take() }
            #expect(pool.inUse == 3)
        }
        #expect(pool.inUse == 0 && pool.highWater == 3 && pool.refusals.count == 1)
    }

    @Test func aPoolWithoutSlotsOnlyRefuses() {
        let pool = BufferPool(slotCount: 0, slotSize: 1)
        #expect(throws: PoolExhausted.self) { _ = try pool.take() }
        #expect(pool.reclaim(slot: 0) == false)
    }

    @Test func contentsStayWithinTheSlot() throws {
        let pool = BufferPool(slotCount: 1, slotSize: 8)
        var buffer = try pool.take()
        let copied = buffer.copy(from: [UInt8](1...9).span.bytes)
        #expect(!copied && buffer.count == 0)
        let first = buffer.append([UInt8](1...5).span.bytes)
        let second = buffer.append([UInt8](6...9).span.bytes)
        #expect(first && !second)
        let bytes = buffer.bytes.toArray()
        #expect(bytes == [1, 2, 3, 4, 5])
    }

    @Test func aRelinquishedSlotStaysOutUntilReclaimed() throws {
        let pool = BufferPool(slotCount: 1, slotSize: 8)
        let slot = try pool.take().relinquish()
        #expect(throws: PoolExhausted.self) { _ = try pool.take() }
        #expect(pool.reclaim(slot: slot))
        _ = try pool.take()
        #expect(pool.inUse == 0)
    }

    @Test func slotsInForeignMemoryLieWhereTheOffsetsSay() throws {
        let size = BufferPool.memorySize(slotCount: 4, slotSize: 100)
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        defer { memory.deallocate() }
        let pool = BufferPool(slotCount: 4, slotSize: 100, memory: memory)
        var buffer = try pool.take()
        buffer.append([UInt8](repeating: 77, count: 3).span.bytes)
        let offset = pool.offset(ofSlot: buffer.slot)
        #expect(memory[offset] == 77 && memory[offset + 2] == 77)
    }

    /// Four threads take and give back; a slot owned twice would show another's mark.
    @Test func noSlotIsEverOwnedTwice() async {
        let pool = BufferPool(slotCount: 5, slotSize: 8)
        let clashes = Counter()
        await withTaskGroup(of: Void.self) { group in
            for mark in UInt8(1)...4 {
                group.addTask {
                    for _ in 0..<20_000 {
                        guard var buffer = try? pool.take() else { continue }
                        buffer.copy(from: [mark, mark, mark, mark].span.bytes)
                        let intact = buffer.bytes.byte(at: 0) == mark && buffer.bytes.byte(at: 3) == mark
                        if !intact { clashes.increment() }
                    }
                }
            }
        }
        #expect(clashes.count == 0)
        #expect(pool.inUse == 0 && pool.highWater <= 5)
        var all: [Int] = []
        for _ in 0..<5 { if let slot = try? pool.take().relinquish() { all.append(slot) } }
        #expect(Set(all).count == 5)
    }
}
