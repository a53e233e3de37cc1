/// Reads big-endian fields from bytes that came from outside. Never traps: a read past the end is nil.
public struct ByteReader: ~Escapable {
    private var rest: RawSpan
    /// Bytes consumed so far.
    public private(set) var offset = 0

    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan) { rest = bytes }

    public var remaining: Int { rest.byteCount }
    public var isAtEnd: Bool { rest.byteCount == 0 }

    @_lifetime(self: copy self)
    private mutating func take<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type) -> T? {
        let size = MemoryLayout<T>.size
        guard rest.byteCount >= size else { return nil }
        let value = unsafe rest.unsafeLoadUnaligned(as: T.self)  // bounds checked on the line above
        rest = rest.extracting(size...)
        offset += size
        return T(bigEndian: value)
    }

    @_lifetime(self: copy self)
    public mutating func readUInt8() -> UInt8? { take(UInt8.self) }
    @_lifetime(self: copy self)
    public mutating func readUInt16() -> UInt16? { take(UInt16.self) }
    @_lifetime(self: copy self)
    public mutating func readUInt32() -> UInt32? { take(UInt32.self) }
    @_lifetime(self: copy self)
    public mutating func readUInt64() -> UInt64? { take(UInt64.self) }

    @_lifetime(self: copy self)
    public mutating func readUInt24() -> UInt32? {
        guard rest.byteCount >= 3, let high = take(UInt8.self), let low = take(UInt16.self) else { return nil }
        return UInt32(high) << 16 | UInt32(low)
    }

    /// The next `count` bytes, without a copy.
    @_lifetime(copy self)
    @_lifetime(self: copy self)
    public mutating func readBytes(_ count: Int) -> RawSpan? {
        guard count >= 0, rest.byteCount >= count else { return nil }
        let bytes = rest.extracting(first: count)
        rest = rest.extracting(droppingFirst: count)
        offset += count
        return bytes
    }

    @_lifetime(self: copy self)
    public mutating func skip(_ count: Int) -> Bool {
        guard count >= 0, rest.byteCount >= count else { return false }
        rest = rest.extracting(droppingFirst: count)
        offset += count
        return true
    }

    /// What has not been read yet.
    public var unread: RawSpan { @_lifetime(copy self) get { rest } }
}

extension RawSpan {
    /// The byte at `index`, nil outside.
    public func byte(at index: Int) -> UInt8? {
        guard index >= 0, index < byteCount else { return nil }
        return unsafe unsafeLoad(fromByteOffset: index, as: UInt8.self)
    }

    /// The big-endian integer at `index`, nil if it does not fit.
    public func bigEndian<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type, at index: Int) -> T? {
        guard index >= 0, index <= byteCount - MemoryLayout<T>.size else { return nil }
        return unsafe T(bigEndian: unsafeLoadUnaligned(fromByteOffset: index, as: T.self))
    }

    /// `range` of these bytes, nil if it does not lie inside.
    @_lifetime(copy self)
    public func slice(_ range: Range<Int>) -> RawSpan? {
        guard range.lowerBound >= 0, range.upperBound <= byteCount else { return nil }
        return extracting(range)
    }

    public func equals(_ other: RawSpan) -> Bool {
        guard byteCount == other.byteCount else { return false }
        for i in 0..<byteCount where byte(at: i) != other.byte(at: i) { return false }
        return true
    }

    /// A copy on the heap, for what is not per packet.
    public func toArray() -> [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}
