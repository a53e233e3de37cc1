/// Writes big-endian fields into memory of fixed size. Never traps: what does not fit sets `overflowed` and is left out.
public struct ByteWriter: ~Copyable, ~Escapable {
    private var memory: MutableRawSpan
    /// Bytes written so far.
    public private(set) var count = 0
    /// A write did not fit; the contents are of no use.
    public private(set) var overflowed = false

    @_lifetime(copy memory)
    public init(_ memory: consuming MutableRawSpan) { self.memory = memory }

    /// Goes on behind the first `offset` bytes, which count as written.
    @_lifetime(copy memory)
    public init(_ memory: consuming MutableRawSpan, startingAt offset: Int) {
        overflowed = offset < 0 || offset > memory.byteCount
        count = overflowed ? 0 : offset
        self.memory = memory
    }

    public var remaining: Int { memory.byteCount - count }

    @_lifetime(self: copy self)
    public mutating func write<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
        let size = MemoryLayout<T>.size
        guard !overflowed, remaining >= size else {
            overflowed = true
            return
        }
        unsafe memory.storeBytes(of: value.bigEndian, toUncheckedByteOffset: count, as: T.self)
        count += size
    }

    @_lifetime(self: copy self)
    public mutating func writeUInt24(_ value: UInt32) {
        write(UInt8(truncatingIfNeeded: value >> 16))
        write(UInt16(truncatingIfNeeded: value))
    }

    @_lifetime(self: copy self)
    public mutating func write(_ bytes: RawSpan) {
        guard !overflowed, remaining >= bytes.byteCount else {
            overflowed = true
            return
        }
        unsafe memory.withUnsafeMutableBytes { target in
            unsafe bytes.withUnsafeBytes { source in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                unsafe (to + count).copyMemory(from: from, byteCount: source.count)
            }
        }
        count += bytes.byteCount
    }

    @_lifetime(self: copy self)
    public mutating func write(_ bytes: [UInt8]) { write(bytes.span.bytes) }

    /// Writes `text` as UTF-8.
    @_lifetime(self: copy self)
    public mutating func write(_ text: String) { write(Array(text.utf8)) }

    /// `count` zero bytes.
    @_lifetime(self: copy self)
    public mutating func pad(_ count: Int) { for _ in 0..<max(0, count) { write(UInt8(0)) } }

    /// Overwrites what was written at `offset`, for lengths known only afterwards.
    @_lifetime(self: copy self)
    public mutating func patch<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, at offset: Int) {
        guard offset >= 0, offset + MemoryLayout<T>.size <= count else {
            overflowed = true
            return
        }
        unsafe memory.storeBytes(of: value.bigEndian, toUncheckedByteOffset: offset, as: T.self)
    }

    /// What has been written, to be read back (a checksum over it, say).
    public var written: RawSpan { @_lifetime(borrow self) borrowing get { memory.bytes.extracting(first: count) } }
}
