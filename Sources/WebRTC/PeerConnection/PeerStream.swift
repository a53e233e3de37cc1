import ICE
import Primitives
import TURN

/// A TCP connection with the peer, or with whoever has connected to us and says so (RFC 6544).
struct PeerStream: ~Copyable {
    let number: StreamNumber
    let path: ICEPath
    let since: Instant
    /// No authentic check has come over it; of those that somebody made to us.
    var isUnproven: Bool
    private var deframer: StreamDeframer

    init(number: StreamNumber, path: ICEPath, isAccepted: Bool, packets: BufferPool, now: Instant) {
        (self.number, self.path, isUnproven, since) = (number, path, isAccepted, now)
        deframer = StreamDeframer(.lengthPrefixed, packets: packets)
    }

    /// Messages that were longer than any of ours, or for which no slot was free.
    var dropped: UInt64 { deframer.dropped }

    mutating func nextMessage(_ bytes: RawSpan, at offset: inout Int) -> StreamDeframer.Result {
        deframer.next(bytes, at: &offset)
    }

    /// Puts the length before a datagram (RFC 4571 §2). False if there is no room for it.
    static func frame(_ packet: inout PooledBuffer) -> Bool {
        let size = packet.count
        guard let length = UInt16(exactly: size), size + 2 <= packet.capacity else { return false }
        packet.setCount(size + 2)
        packet.move(0..<size, to: 2)
        var bytes = packet.mutableBytes
        bytes.setBigEndian(length, at: 0)
        return true
    }
}
