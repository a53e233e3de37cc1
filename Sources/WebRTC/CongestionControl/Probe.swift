import Primitives

/// Packets sent closely together, to learn from how far apart they arrive what the path carries.
public struct Probe: Equatable, Sendable {
    /// Tells its packets from others; never 0.
    public let id: UInt8
    /// Bits per second at which its packets leave.
    public let bitrate: Int
    private var packetsLeft: Int
    private var bytesLeft: Int

    static let packets = 4
    /// Shorter, and a timer's grain would decide what is measured.
    static let length = Interval.milliseconds(15)

    /// - Parameter bytes: at the least; what its rate brings in `length` if not said.
    init(id: UInt8, bitrate: Int, packets: Int = Self.packets, bytes: Int? = nil) {
        self.id = id
        self.bitrate = bitrate
        packetsLeft = packets
        bytesLeft = bytes ?? Int(Double(bitrate) * Self.length.seconds / 8)
    }

    mutating func count(_ size: Int) {
        packetsLeft -= 1
        bytesLeft -= size
    }

    var isDone: Bool { packetsLeft <= 0 && bytesLeft <= 0 }
}
