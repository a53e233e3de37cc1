import Primitives

/// Packets that wait to leave, first in, first out, in a fixed number of places. The bytes lie elsewhere.
struct PacketQueue: Sendable {
    private var places: [Pacer.Packet]
    private var first = 0
    private(set) var count = 0
    private(set) var bytes = 0

    init(capacity: Int) {
        precondition(capacity > 0, "a queue holds at least one")
        places = Array(repeating: Pacer.Packet(sequenceNumber: 0, size: 0, queuedAt: .zero), count: capacity)
    }

    var free: Int { places.count - count }
    var oldest: Pacer.Packet? { count > 0 ? places[first] : nil }

    /// False if every place is taken.
    mutating func push(_ packet: Pacer.Packet) -> Bool {
        guard free > 0 else { return false }
        places[(first + count) % places.count] = packet
        count += 1
        bytes += packet.size
        return true
    }

    mutating func pop() -> Pacer.Packet? {
        guard let packet = oldest else { return nil }
        first = (first + 1) % places.count
        count -= 1
        bytes -= packet.size
        return packet
    }

    mutating func removeAll() { (first, count, bytes) = (0, 0, 0) }
}
