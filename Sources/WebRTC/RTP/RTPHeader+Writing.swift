public import Primitives

/// What a sender puts before each payload of one stream.
///
/// The values of the transport-wide sequence number and the send time are known only when the packet leaves: `write`
/// reserves them as zero and `RTPHeader.setTransportSequenceNumber` and `setAbsoluteSendTime` fill them in place.
public struct RTPHeaderWriter: Sendable {
    public var ssrc: UInt32
    public var payloadType: UInt8
    /// The next packet's number; a sender starts below 2¹⁵ so that a receiver that missed the first packets still
    /// guesses SRTP's roll-over counter right (RFC 3711 §3.3.1).
    public var sequenceNumber: UInt16
    /// Which extensions to carry; those with identifier 0 are left out.
    public var extensions: HeaderExtensionMap
    /// The mid to carry, while the peer may not know the SSRC yet; nil leaves it out.
    public var mid: MediaIdentifier?

    public init(
        ssrc: UInt32, payloadType: UInt8, sequenceNumber: UInt16, extensions: HeaderExtensionMap, mid: MediaIdentifier?
    ) {
        self.ssrc = ssrc
        self.payloadType = payloadType
        self.sequenceNumber = sequenceNumber & 0x7FFF
        self.extensions = extensions
        self.mid = mid
    }

    /// Bytes that `write` takes.
    public var headerSize: Int {
        let size = extensionSize
        return 12 + (size == 0 ? 0 : 4 + (size + 3) & ~3)
    }

    private var usesTwoByteForm: Bool {
        max(extensions.transportSequenceNumber, extensions.absoluteSendTime, mid == nil ? 0 : extensions.mid) > 14
    }
    private var extensionSize: Int {
        let head = usesTwoByteForm ? 2 : 1
        var size = 0
        if extensions.transportSequenceNumber != 0 { size += head + 2 }
        if extensions.absoluteSendTime != 0 { size += head + 3 }
        if let mid, extensions.mid != 0 { size += head + mid.count }
        return size
    }

    /// Replaces the contents of `buffer` by a header, to which the payload is then appended, and counts the sequence on.
    /// - Returns: the sequence number used; nil, with nothing counted, if `buffer` is too small.
    public mutating func write(into buffer: inout PooledBuffer, marker: Bool, timestamp: UInt32) -> UInt16? {
        guard buffer.capacity >= headerSize else { return nil }
        let used = sequenceNumber
        var writer = ByteWriter(buffer.storage)
        let elements = extensionSize
        writer.write(UInt8(elements == 0 ? 0x80 : 0x90))
        writer.write((marker ? 0x80 : 0) | (payloadType & 0x7F))
        writer.write(used)
        writer.write(timestamp)
        writer.write(ssrc)
        if elements > 0 { writeExtensions(elements, to: &writer) }
        let count = writer.count
        buffer.setCount(count)
        sequenceNumber &+= 1
        return used
    }

    private func writeExtensions(_ size: Int, to writer: inout ByteWriter) {
        let twoByte = usesTwoByteForm
        writer.write(twoByte ? HeaderExtensions.twoByteProfile : HeaderExtensions.oneByteProfile)
        writer.write(UInt16(truncatingIfNeeded: (size + 3) / 4))
        if extensions.transportSequenceNumber != 0 {
            writeHead(extensions.transportSequenceNumber, 2, twoByte, to: &writer)
            writer.write(UInt16(0))
        }
        if extensions.absoluteSendTime != 0 {
            writeHead(extensions.absoluteSendTime, 3, twoByte, to: &writer)
            writer.writeUInt24(0)
        }
        if let mid, extensions.mid != 0 {
            writeHead(extensions.mid, mid.count, twoByte, to: &writer)
            mid.write(to: &writer)
        }
        writer.pad((4 - size % 4) % 4)
    }

    private func writeHead(_ id: UInt8, _ count: Int, _ twoByte: Bool, to writer: inout ByteWriter) {
        if twoByte {
            writer.write(id)
            writer.write(UInt8(truncatingIfNeeded: count))
        } else {
            writer.write(id << 4 | UInt8(truncatingIfNeeded: count - 1))
        }
    }
}

extension RTPHeader {
    /// Appends `count` octets of padding to a packet that has none (RFC 3550 §5.1); false if they do not fit.
    @discardableResult
    public static func appendPadding(_ count: UInt8, to packet: inout PooledBuffer) -> Bool {
        let end = packet.count + Int(count)
        guard count > 0, end <= packet.capacity, let first = packet.bytes.byte(at: 0), first & 0x20 == 0 else {
            return false
        }
        let start = packet.count
        var writer = ByteWriter(packet.storage, startingAt: start)
        writer.pad(Int(count) - 1)
        writer.write(count)
        packet.setCount(end)
        var bytes = packet.mutableBytes
        return bytes.setBigEndian(first | 0x20, at: 0)
    }
}
