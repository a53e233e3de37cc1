package import LinuxIO
package import PeerConnection
package import Primitives

/// A connection to a relay or with the other side, and what waits for it. Owned by the network thread.
///
/// The stream itself is given little ahead, so that what waits can still be judged by its age: of what it has been given
/// every byte leaves, and in order.
package final class PeerLink {
    let number: StreamNumber
    let stream: any ByteStream
    private var queue: StreamQueue

    /// Bytes that the stream may hold beside the kernel, which itself is told to keep few unsent.
    private static let ahead = 4_096

    package init(_ stream: any ByteStream, _ number: StreamNumber, slots: Int) {
        (self.stream, self.number) = (stream, number)
        queue = StreamQueue(slots: slots)
    }

    package func send(_ packet: consuming PooledBuffer, _ content: DatagramContent, now: Instant) {
        queue.push(packet, content, at: now)
        release(now: now)
    }

    /// Goes on with what is queued here and in the stream.
    package func progress(now: Instant) {
        stream.progress()
        release(now: now)
    }

    private func release(now: Instant) {
        while stream.backlog < Self.ahead, let packet = queue.pop(at: now) { write(packet) }
    }

    // Borrows: a buffer of one's own whose bytes are looked at would be moved to the heap.
    private func write(_ packet: borrowing PooledBuffer) { stream.send(packet.bytes) }

    /// Datagrams given up here.
    package func lost(_ content: DatagramContent) -> UInt64 { queue.lost(content) }
}
