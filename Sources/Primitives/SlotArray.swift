/// A fixed number of places for values that cannot be copied (packet buffers), each empty or filled.
///
/// Memory is taken in `init` and never after. Not for sharing between threads.
public struct SlotArray<Element: ~Copyable>: ~Copyable {
    public let capacity: Int
    /// Filled places.
    public private(set) var count = 0

    private let elements: UnsafeMutablePointer<Element>
    private let filled: UnsafeMutablePointer<Bool>

    /// - Precondition: `capacity ≥ 0`.
    public init(capacity: Int) {
        precondition(capacity >= 0, "a slot array has no negative capacity")
        self.capacity = capacity
        elements = .allocate(capacity: max(1, capacity))
        filled = .allocate(capacity: max(1, capacity))
        filled.initialize(repeating: false, count: max(1, capacity))
    }

    deinit {
        for i in 0..<capacity where filled[i] { (elements + i).deinitialize(count: 1) }
        elements.deallocate()
        filled.deallocate()
    }

    /// Whether place `index` is filled; false outside.
    public func isFilled(_ index: Int) -> Bool { index >= 0 && index < capacity && filled[index] }

    /// Fills place `index`; what was there is given up.
    /// - Precondition: `0 ≤ index < capacity`.
    public mutating func put(_ element: consuming Element, at index: Int) {
        precondition(index >= 0 && index < capacity, "no such place")
        if filled[index] {
            (elements + index).deinitialize(count: 1)
        } else {
            filled[index] = true
            count += 1
        }
        (elements + index).initialize(to: element)
    }

    /// Empties place `index`; nil if it was empty or does not exist.
    public mutating func take(at index: Int) -> Element? {
        guard isFilled(index) else { return nil }
        filled[index] = false
        count -= 1
        return (elements + index).move()
    }

    /// Gives up what is at `index`, if anything.
    public mutating func clear(at index: Int) {
        guard isFilled(index) else { return }
        filled[index] = false
        count -= 1
        (elements + index).deinitialize(count: 1)
    }

    /// Gives up everything.
    public mutating func removeAll() {
        guard count > 0 else { return }
        for i in 0..<capacity { clear(at: i) }
    }

    /// What is at `index`.
    /// - Precondition: the place is filled.
    public subscript(index: Int) -> Element {
        unsafeAddress {
            precondition(isFilled(index), "an empty place was read")
            return UnsafePointer(elements + index)
        }
        unsafeMutableAddress {
            precondition(isFilled(index), "an empty place was changed")
            return elements + index
        }
    }

    /// Reads what is at `index` through `body`: for its spans, which Swift 6.2 lends nobody through the subscript.
    /// - Precondition: the place is filled.
    public func withElement<Result>(at index: Int, _ body: (borrowing Element) -> Result) -> Result {
        precondition(isFilled(index), "an empty place was read")
        return body(elements[index])
    }
}

extension SlotArray: @unchecked Sendable where Element: ~Copyable & Sendable {}  // the pointers are owned
