import JitterBuffer
import Primitives
import RTP
import Testing

/// Checks what its macro cannot take apart: values that do not escape or copy, and calls that mutate.
func check(_ condition: Bool, at location: SourceLocation = #_sourceLocation) {
    if !condition { Issue.record("the condition does not hold", sourceLocation: location) }
}

func milliseconds(_ n: Int64) -> Instant { .zero + .milliseconds(n) }

/// A VP8 frame that tells its number in every byte.
func vp8Frame(number: Int, isKeyFrame: Bool, size: Int) -> [UInt8] {
    var frame: [UInt8] = isKeyFrame ? [0x10, 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0xE0, 0x01] : [0x11]
    while frame.count < size { frame.append(UInt8(truncatingIfNeeded: number &* 7 &+ frame.count &* 13)) }
    return frame
}

/// Sends frames as RTP packets in plain arrays.
struct VideoSender {
    struct Packet {
        var bytes: [UInt8]
        var frame: Int
    }
    var writer: RTPHeaderWriter
    var packetizer = VP8Packetizer(pictureID: 0x7FF0)
    var frames: [[UInt8]] = []
    var keyFrames: [Bool] = []
    let pool = BufferPool(slotCount: 4, slotSize: 1536)

    init(sequenceNumber: UInt16) {
        writer = RTPHeaderWriter(ssrc: 1, payloadType: 96, sequenceNumber: 0, extensions: .init(), mid: nil)
        writer.sequenceNumber = sequenceNumber
    }

    func timestamp(_ frame: Int) -> UInt32 { UInt32(truncatingIfNeeded: 0xFFFF_0000 + frame * 3000) }

    mutating func send(isKeyFrame: Bool, size: Int, maximumPayload: Int = 300) throws -> [Packet] {
        let number = frames.count
        let frame = vp8Frame(number: number, isKeyFrame: isKeyFrame, size: size)
        frames.append(frame)
        keyFrames.append(isKeyFrame)
        let fragments = packetizer.fragments(frameSize: frame.count, maximumPayload: maximumPayload)
        var packets: [Packet] = []
        for i in 0..<fragments.count {
            var buffer = try pool.take()
            _ = writer.write(into: &buffer, marker: fragments.isLast(i), timestamp: timestamp(number))
            _ = fragments.append(i, of: frame.span.bytes, to: &buffer)
            packets.append(Packet(bytes: buffer.bytes.toArray(), frame: number))
        }
        return packets
    }

    /// A packet of padding only.
    mutating func sendPadding() throws -> Packet {
        var buffer = try pool.take()
        _ = writer.write(into: &buffer, marker: false, timestamp: timestamp(frames.count))
        RTPHeader.appendPadding(100, to: &buffer)
        return Packet(bytes: buffer.bytes.toArray(), frame: -1)
    }
}

/// A frame buffer with the parts around it, and the oracle: each frame once, whole, in order, on what it follows.
struct VideoReceiver: ~Copyable {
    var buffer: VideoFrameBuffer
    let packets: BufferPool
    let frames: BufferPool
    var unwrapper = SequenceUnwrapper()
    var nacks = NACKGenerator(capacity: 256)
    var delivered: [Int] = []
    var arrivals: [Instant] = []

    init(capacity: Int = 512, packetSlots: Int = 600, frameSlots: Int = 4, frameSize: Int = 40_000) {
        packets = BufferPool(slotCount: packetSlots, slotSize: 1536)
        frames = BufferPool(slotCount: frameSlots, slotSize: frameSize)
        buffer = VideoFrameBuffer(capacity: capacity, frames: frames)
    }

    @discardableResult
    mutating func receive(_ bytes: [UInt8], now: Instant) -> InsertResult? {
        guard var slot = try? packets.take() else { return nil }
        slot.copy(from: bytes.span.bytes)
        guard let header = try? RTPHeader(parsing: slot.bytes) else { return .malformed }
        let sequence = unwrapper.unwrap(header.sequenceNumber)
        nacks.received(sequence, now: now)
        return buffer.insert(slot, header: header, sequence: sequence, arrival: now)
    }

    mutating func receiveParity(_ number: UInt16, timestamp: UInt32, now: Instant) {
        let sequence = unwrapper.unwrap(number)
        nacks.received(sequence, now: now)
        check(buffer.insertParity(sequence: sequence, timestamp: timestamp, arrival: now) == .accepted)
    }

    mutating func drain(_ sender: VideoSender, now: Instant) {
        while let frame = buffer.next(now: now) {
            let number = Int(frame.timestamp &- sender.timestamp(0)) / 3000
            check(number < sender.frames.count)
            guard number < sender.frames.count else { return }
            check(frame.isKeyFrame == sender.keyFrames[number])
            check(frame.buffer.bytes.toArray() == sender.frames[number])
            check(frame.firstPacketArrival <= now)
            if frame.isKeyFrame { check(frame.width == 640 && frame.height == 480) }
            check(frame.isKeyFrame ? number > (delivered.last ?? -1) : number == (delivered.last ?? -2) + 1)
            delivered.append(number)
            arrivals.append(now)
        }
        check(buffer.nextDeadline > now)
        nacks.discard(before: buffer.firstWanted)
    }
}
