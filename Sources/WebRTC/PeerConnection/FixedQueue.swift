import ICE
import Primitives

/// First in, first out, in a fixed number of places; for values that cannot be copied.
struct FixedQueue<Element: ~Copyable>: ~Copyable {
    private var places: SlotArray<Element>
    private var first = 0

    init(capacity: Int) { places = SlotArray(capacity: capacity) }

    var count: Int { places.count }
    var isEmpty: Bool { places.count == 0 }
    var free: Int { places.capacity - places.count }

    /// False, and the element given up, if every place is taken.
    mutating func push(_ element: consuming Element) -> Bool {
        guard free > 0 else { return false }
        places.put(element, at: (first + places.count) % places.capacity)
        return true
    }

    mutating func pop() -> Element? {
        guard let element = places.take(at: first) else { return nil }
        first = (first + 1) % places.capacity
        return element
    }

    /// Reads what `pop` would give; nil if there is nothing.
    func withFirst<Result>(_ body: (borrowing Element) -> Result) -> Result? {
        places.isFilled(first) ? places.withElement(at: first, body) : nil
    }

    mutating func removeAll() {
        places.removeAll()
        first = 0
    }
}

/// A datagram and where it goes, or where it came from.
struct RoutedDatagram: ~Copyable {
    var packet: PooledBuffer
    var path: ICEPath
    var content = DatagramContent.control

    consuming func takePacket() -> PooledBuffer { packet }
}
