/// The one owner of one slot of a `BufferPool`; giving it up, on any thread, returns the slot.
public struct PooledBuffer: ~Copyable, Sendable {
    private let pool: BufferPool
    private let index: UInt32
    private var ownsSlot = true
    /// Bytes in use, from the slot's start; the rest up to `capacity` is free.
    public private(set) var count: Int

    init(pool: BufferPool, slot: UInt32, count: Int) {
        self.pool = pool
        self.index = slot
        self.count = count
    }

    deinit { if ownsSlot { pool.push(index) } }

    public var capacity: Int { pool.slotSize }
    /// Which slot of the pool this is.
    public var slot: Int { Int(index) }

    /// The bytes in use.
    public var bytes: RawSpan {
        @_lifetime(borrow self) borrowing get {
            let span = RawSpan(_unsafeStart: UnsafeRawPointer(pool.address(of: index)), byteCount: count)
            return _overrideLifetime(span, borrowing: self)
        }
    }

    /// The bytes in use, to be changed in place.
    public var mutableBytes: MutableRawSpan {
        @_lifetime(&self) mutating get {
            let span = MutableRawSpan(_unsafeStart: pool.address(of: index), byteCount: count)
            return _overrideLifetime(span, mutating: &self)
        }
    }

    /// The whole slot, used and free; follow what is written there with `setCount`.
    public var storage: MutableRawSpan {
        @_lifetime(&self) mutating get {
            let span = MutableRawSpan(_unsafeStart: pool.address(of: index), byteCount: pool.slotSize)
            return _overrideLifetime(span, mutating: &self)
        }
    }

    /// Sets how many bytes are in use.
    /// - Precondition: `0 ≤ count ≤ capacity`. Clamp what comes from outside.
    public mutating func setCount(_ count: Int) {
        precondition(count >= 0 && count <= pool.slotSize, "a buffer holds at most its slot")
        self.count = count
    }

    /// Replaces the contents. Bytes that do not fit are an overflow: the buffer is then empty and the result false.
    @discardableResult
    public mutating func copy(from source: RawSpan) -> Bool {
        guard source.byteCount <= pool.slotSize else {
            count = 0
            return false
        }
        source.withUnsafeBytes { bytes in
            if let from = bytes.baseAddress {
                pool.address(of: index).copyMemory(from: from, byteCount: bytes.count)
            }
        }
        count = source.byteCount
        return true
    }

    /// Appends; false, with nothing appended, if it does not fit.
    @discardableResult
    public mutating func append(_ source: RawSpan) -> Bool {
        guard source.byteCount <= pool.slotSize - count else { return false }
        source.withUnsafeBytes { bytes in
            if let from = bytes.baseAddress {
                (pool.address(of: index) + count).copyMemory(from: from, byteCount: bytes.count)
            }
        }
        count += source.byteCount
        return true
    }

    /// The slot's memory for a C library or a system call: at most `capacity` bytes from the pointer, in this call only.
    public mutating func withUnsafeMutableBytes<R, E: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try body(UnsafeMutableRawBufferPointer(start: pool.address(of: index), count: pool.slotSize))
    }

    /// The bytes in use for a C library or a system call, in this call only.
    public borrowing func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try body(UnsafeRawBufferPointer(start: pool.address(of: index), count: count))
    }

    /// Gives up ownership without returning the slot, which stays out until `BufferPool.reclaim(slot:)`.
    public consuming func relinquish() -> Int {
        ownsSlot = false
        return Int(index)
    }
}
