extension MutableRawSpan {
    /// Stores `value` big-endian at `offset`; false, with nothing changed, if it does not fit.
    @discardableResult
    @_lifetime(self: copy self)
    public mutating func setBigEndian<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, at offset: Int) -> Bool {
        guard offset >= 0, offset <= byteCount - MemoryLayout<T>.size else { return false }
        unsafe storeBytes(of: value.bigEndian, toUncheckedByteOffset: offset, as: T.self)  // checked above
        return true
    }
}

extension PooledBuffer {
    /// Moves the bytes of `range` so that they start at `destination`; the two may overlap.
    /// False, with nothing changed, if either reaches past the bytes in use.
    @discardableResult
    public mutating func move(_ range: Range<Int>, to destination: Int) -> Bool {
        guard range.lowerBound >= 0, range.upperBound <= count, destination >= 0,
            destination <= count - range.count
        else { return false }
        withUnsafeMutableBytes { (bytes: UnsafeMutableRawBufferPointer) in
            guard let base = bytes.baseAddress else { return }
            (base + destination).copyMemory(from: base + range.lowerBound, byteCount: range.count)
        }
        return true
    }
}
