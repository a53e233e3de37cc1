import Synchronization

/// No slot was free. The caller counts it, drops what it was doing and goes on; it is never fatal.
public struct PoolExhausted: Error, Sendable {}

/// A fixed number of slots of a fixed size, given out as `PooledBuffer` and returned by its `deinit` from any thread.
///
/// All memory is taken in `init` and none after. The free list is a lock-free stack of slot indices whose head carries
/// a tag against the ABA problem (Treiber 1986), so that a real-time thread may return a slot without waiting.
/// Slots are aligned to 64 bytes.
public final class BufferPool: @unchecked Sendable {  // slots are owned one at a time; all shared words are atomic
    public let slotCount: Int
    /// Bytes a slot holds.
    public let slotSize: Int
    /// Takes that found no free slot.
    public let refusals = Counter()

    private let stride: Int
    private let base: UnsafeMutableRawPointer
    private let ownsMemory: Bool
    private let owner: AnyObject?
    private let next: UnsafeMutablePointer<Atomic<UInt32>>
    private let head: Atomic<UInt64>
    private let used = Atomic<Int>(0)
    private let highest = Atomic<Int>(0)
    private static let none = UInt32.max

    /// The bytes that `init(slotCount:slotSize:memory:)` needs.
    public static func memorySize(slotCount: Int, slotSize: Int) -> Int { slotCount * alignedSize(slotSize) }
    private static func alignedSize(_ size: Int) -> Int { (size + 63) & ~63 }

    /// - Precondition: `0 ≤ slotCount < 2³¹`, `slotSize > 0`. Sizes come from the board file, which is checked before.
    public convenience init(slotCount: Int, slotSize: Int) {
        let size = max(64, Self.memorySize(slotCount: slotCount, slotSize: slotSize))
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        self.init(slotCount: slotCount, slotSize: slotSize, base: memory, ownsMemory: true, owner: nil)
    }

    /// Slots in memory of someone else's (a memfd's mapping, a camera's buffers), which must outlive the pool and every
    /// buffer from it.
    /// - Parameter owner: kept as long as the pool and any buffer from it, for memory that lives as long as an object.
    public convenience init(
        slotCount: Int, slotSize: Int, memory: UnsafeMutableRawBufferPointer, owner: AnyObject? = nil
    ) {
        precondition(
            memory.count >= Self.memorySize(slotCount: slotCount, slotSize: slotSize), "the memory is too small")
        guard let base = memory.baseAddress else { preconditionFailure("the memory has no address") }
        self.init(slotCount: slotCount, slotSize: slotSize, base: base, ownsMemory: false, owner: owner)
    }

    private init(
        slotCount: Int, slotSize: Int, base: UnsafeMutableRawPointer, ownsMemory: Bool, owner: AnyObject?
    ) {
        precondition(slotCount >= 0 && slotCount < Int(Int32.max) && slotSize > 0, "impossible pool dimensions")
        self.slotCount = slotCount
        self.slotSize = slotSize
        self.stride = Self.alignedSize(slotSize)
        self.base = base
        self.ownsMemory = ownsMemory
        self.owner = owner
        next = .allocate(capacity: max(1, slotCount))
        for i in 0..<slotCount {
            (next + i).initialize(to: Atomic(i + 1 < slotCount ? UInt32(i + 1) : Self.none))
        }
        head = Atomic(UInt64(slotCount > 0 ? 0 : Self.none))
    }

    deinit {
        next.deinitialize(count: slotCount)
        next.deallocate()
        if ownsMemory { base.deallocate() }
    }

    /// Slots given out now.
    public var inUse: Int { used.load(ordering: .relaxed) }
    /// The most slots that were ever out at once.
    public var highWater: Int { highest.load(ordering: .relaxed) }

    /// An empty buffer. Any thread.
    public func take() throws(PoolExhausted) -> PooledBuffer {
        guard let slot = pop() else {
            refusals.increment()
            throw PoolExhausted()
        }
        return PooledBuffer(pool: self, slot: slot, count: 0)
    }

    /// An empty buffer, nil if there is none, which is counted nowhere. Any thread.
    public func takeIfFree() -> PooledBuffer? { pop().map { PooledBuffer(pool: self, slot: $0, count: 0) } }

    /// A new owner for a slot whose buffer was `relinquished`, with what was written there meanwhile.
    /// - Precondition: `slot` and `count` are within the pool's dimensions. The caller must know that the slot is out: it
    ///   is checked by nothing else.
    public func resume(slot: Int, count: Int) -> PooledBuffer {
        precondition(slot >= 0 && slot < slotCount && count >= 0 && count <= slotSize, "no such slot, or too small")
        return PooledBuffer(pool: self, slot: UInt32(slot), count: count)
    }

    /// Takes back a slot whose buffer was `relinquished` (handed to another process, say).
    /// - Returns: false if there is no such slot. The caller must know that the slot is out: it is checked by nothing else.
    @discardableResult
    public func reclaim(slot: Int) -> Bool {
        guard slot >= 0, slot < slotCount else { return false }
        push(UInt32(slot))
        return true
    }

    func address(of slot: UInt32) -> UnsafeMutableRawPointer { base + Int(slot) * stride }
    /// Where slot `slot` starts in the pool's memory.
    public func offset(ofSlot slot: Int) -> Int { slot * stride }

    private func pop() -> UInt32? {
        var old = head.load(ordering: .acquiring)
        while true {
            let slot = UInt32(truncatingIfNeeded: old)
            if slot == Self.none { return nil }
            let following = next[Int(slot)].load(ordering: .relaxed)
            let new = (old &+ (1 << 32)) & ~0xFFFF_FFFF | UInt64(following)
            let (exchanged, current) = head.weakCompareExchange(
                expected: old, desired: new, successOrdering: .acquiringAndReleasing, failureOrdering: .acquiring)
            if exchanged { break }
            old = current
        }
        let slot = UInt32(truncatingIfNeeded: old)
        let now = used.wrappingAdd(1, ordering: .relaxed).newValue
        highest.max(now, ordering: .relaxed)
        return slot
    }

    func push(_ slot: UInt32) {
        used.wrappingSubtract(1, ordering: .relaxed)
        var old = head.load(ordering: .relaxed)
        while true {
            next[Int(slot)].store(UInt32(truncatingIfNeeded: old), ordering: .relaxed)
            let new = (old &+ (1 << 32)) & ~0xFFFF_FFFF | UInt64(slot)
            let (exchanged, current) = head.weakCompareExchange(
                expected: old, desired: new, successOrdering: .acquiringAndReleasing, failureOrdering: .relaxed)
            if exchanged { return }
            old = current
        }
    }
}
