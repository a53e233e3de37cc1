/// Puts Socket.IO packets together from Engine.IO messages: a text, then as many attachments as it announced.
///
/// Holds at most one unfinished packet, bounded by its limits.
public struct SocketIOReceiver: Sendable {
    private let limits: SocketIOLimits
    private var unfinished: SocketIOPacket?
    private var awaited = 0
    private var attachmentBytes = 0

    public init(limits: SocketIOLimits = SocketIOLimits()) { self.limits = limits }

    /// Takes one message; a packet if it completes one. After an error the connection is of no more use.
    public mutating func receive(text: String) throws(SocketIOError) -> SocketIOPacket? {
        guard unfinished == nil else { throw .unexpectedPacket }
        let (packet, awaited) = try SocketIOPacket.decode(text, limits: limits)
        guard awaited > 0 else { return packet }
        (unfinished, self.awaited, attachmentBytes) = (packet, awaited, 0)
        return nil
    }

    public mutating func receive(binary: [UInt8]) throws(SocketIOError) -> SocketIOPacket? {
        guard var packet = unfinished else { throw .unexpectedPacket }
        attachmentBytes += binary.count
        guard attachmentBytes <= limits.attachmentBytes else { throw .attachmentsTooLong }
        packet.attachments.append(binary)
        guard packet.attachments.count == awaited else {
            unfinished = packet
            return nil
        }
        unfinished = nil
        return packet
    }
}
