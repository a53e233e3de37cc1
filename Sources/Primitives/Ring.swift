import Synchronization

/// A queue of fixed capacity between one producing and one consuming thread. Neither ever waits.
///
/// `push` may be called by one thread and `pop` by one other; a refused element comes back to the producer, which
/// decides by its stated policy what is dropped, and counts it.
public final class Ring<Element: ~Copyable & Sendable>: @unchecked Sendable {  // head and tail order every access
    public let capacity: Int
    /// Elements that did not fit.
    public let refusals = Counter()

    private let storage: UnsafeMutablePointer<Element>
    private let head = Atomic<Int>(0)  // next to pop, written by the consumer
    private let tail = Atomic<Int>(0)  // next to push, written by the producer

    public init(capacity: Int) {
        precondition(capacity > 0, "a ring holds at least one element")
        self.capacity = capacity
        storage = .allocate(capacity: capacity)
    }

    deinit {
        while pop() != nil {}
        storage.deallocate()
    }

    /// Producer only. Nil when taken, the element itself when the ring is full.
    public func push(_ element: consuming Element) -> Element? {
        let end = tail.load(ordering: .relaxed)
        guard end &- head.load(ordering: .acquiring) < capacity else {
            refusals.increment()
            return element
        }
        (storage + end % capacity).initialize(to: element)
        tail.store(end &+ 1, ordering: .releasing)
        return nil
    }

    /// Consumer only. Nil when empty.
    public func pop() -> Element? {
        let start = head.load(ordering: .relaxed)
        guard tail.load(ordering: .acquiring) != start else { return nil }
        let element = (storage + start % capacity).move()
        head.store(start &+ 1, ordering: .releasing)
        return element
    }

    /// Elements in the ring; exact only for a thread that is one of the two.
    public var count: Int { tail.load(ordering: .acquiring) &- head.load(ordering: .acquiring) }
}
