import Glibc
import LinuxIO
import MediaControl
import Primitives
import Synchronization

/// The way of all events to kioskd; any thread, none waits.
///
/// A process that does not read its socket for long is as good as gone: what may be lost is then dropped and counted, and
/// the first message that may not ends the connection, which ends the call and closes the devices.
final class ControlLink: Sendable {
    /// Levels and pictures that found no room.
    let dropped = Counter()
    /// Messages that could not be written at all.
    let unwritable = Counter()
    private let socket: SeqPacketSocket

    init(_ socket: SeqPacketSocket) {
        self.socket = socket
        socket.setPatience(Self.patience)
    }

    /// Sends what kioskd must know.
    func post(_ event: MediaEvent) {
        guard let bytes = try? event.encoded() else {
            unwritable.increment()
            return
        }
        let sent = (try? socket.trySend(bytes.span.bytes)) ?? false
        if !sent { socket.shutdown() }
    }

    /// Sends the memory of the pictures, before any thread that uses it has started.
    func post(_ memory: FrameMemory, descriptor: Int32) throws(SystemError) {
        guard let bytes = try? MediaEvent.frameMemory(memory).encoded() else { return }
        try socket.send(bytes.span.bytes, descriptor: descriptor)
    }

    /// Sends a level or a picture, without an allocation. False, and counted, if there is no room for it now.
    func offer(_ event: MediaEvent) -> Bool {
        var memory = InlineArray<64, UInt8>(repeating: 0)
        var span = memory.mutableSpan
        var fields = ByteWriter(span.mutableBytes)
        event.encode(into: &fields)
        guard !fields.overflowed else {
            unwritable.increment()
            return false
        }
        guard (try? socket.trySend(fields.written)) ?? false else {
            dropped.increment()
            return false
        }
        return true
    }

    func shutdown() { socket.shutdown() }

    enum Received {
        case command(Int)
        /// Nothing has come for `patience`.
        case nothing
        case ended
    }

    /// How long `receive` waits at the most.
    static let patience = Interval.milliseconds(500)

    /// Waits for a command, for `patience` at the most.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Received {
        do throws(SystemError) {
            guard let received = try socket.receive(into: buffer) else { return .ended }
            return .command(received.count)
        } catch {
            return error.errno == EAGAIN ? .nothing : .ended
        }
    }
}
