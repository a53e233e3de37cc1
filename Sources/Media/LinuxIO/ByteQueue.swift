/// Bytes in order between a socket and its user, in memory of a fixed size. One thread.
public final class ByteQueue {
    private let memory: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0

    /// - Precondition: `capacity > 0`.
    public init(capacity: Int) {
        precondition(capacity > 0, "a queue without room")
        memory = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { memory.deallocate() }

    public var capacity: Int { memory.count }
    public var count: Int { end - start }
    public var isEmpty: Bool { start == end }
    public var isFull: Bool { count == capacity }

    /// Both or neither.
    public func append(_ head: RawSpan, _ body: RawSpan) -> Bool {
        guard head.byteCount <= capacity - count, body.byteCount <= capacity - count - head.byteCount else {
            return false
        }
        gather()
        append(head)
        append(body)
        return true
    }

    private func append(_ bytes: RawSpan) {
        guard bytes.byteCount > 0 else { return }
        bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: memory[end...]).copyMemory(from: $0) }
        end += bytes.byteCount
    }

    /// Shows the bytes held, oldest first; `body` returns how many of them are done with.
    public func take(_ body: (UnsafeRawBufferPointer) -> Int) {
        let taken = body(UnsafeRawBufferPointer(rebasing: memory[start..<end]))
        start += min(max(0, taken), count)
        if start == end { (start, end) = (0, 0) }
    }

    /// Shows the free bytes; `body` returns how many of them it has filled from the start.
    public func fill(_ body: (UnsafeMutableRawBufferPointer) -> Int) {
        gather()
        let filled = body(UnsafeMutableRawBufferPointer(rebasing: memory[end...]))
        end += min(max(0, filled), capacity - end)
    }

    private func gather() {
        guard start > 0, let base = memory.baseAddress else { return }
        base.copyMemory(from: base + start, byteCount: count)  // copies as memmove does
        (start, end) = (0, count)
    }
}
