extension PooledBuffer {
    /// Combines the bytes from `offset` on with those of `source`, bit by bit; false, with nothing changed, if that
    /// reaches past the bytes in use.
    @discardableResult
    public mutating func exclusiveOr(_ source: RawSpan, at offset: Int) -> Bool {
        guard offset >= 0, source.byteCount <= count - offset else { return false }
        withUnsafeMutableBytes { (bytes: UnsafeMutableRawBufferPointer) in
            source.withUnsafeBytes { other in
                guard let to = bytes.baseAddress.map({ $0 + offset }), let from = other.baseAddress else { return }
                var index = 0
                while index + 8 <= other.count {
                    let word =
                        (to + index).loadUnaligned(as: UInt64.self) ^ (from + index).loadUnaligned(as: UInt64.self)
                    (to + index).storeBytes(of: word, as: UInt64.self)
                    index += 8
                }
                while index < other.count {
                    let byte = (to + index).load(as: UInt8.self) ^ (from + index).load(as: UInt8.self)
                    (to + index).storeBytes(of: byte, as: UInt8.self)
                    index += 1
                }
            }
        }
        return true
    }
}
