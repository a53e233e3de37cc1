import CAllocationCounter
import Codecs
import Primitives
import Testing

/// The codecs' libraries take their memory when they are made.
@Suite struct CodecTests {
    /// A band moves over a grey ground; of 180 pictures the first 60 may allocate.
    @Test func codingPicturesTakesNothingFromTheHeap() throws {
        let layout = try I420Layout(width: 640, height: 480)
        let pictures = BufferPool(slotCount: 2, slotSize: layout.size)
        var encoder = try VP8Encoder(
            .init(width: layout.width, height: layout.height, frameRate: 30, bitrate: 1_000_000))
        var decoder = try VP8Decoder()
        var source = try pictures.take()
        var seen = try pictures.take()
        var frame = try BufferPool(slotCount: 1, slotSize: 262_144).take()
        source.setCount(layout.size)
        var before: UInt64 = 0
        for number in 0..<180 {
            if number == 60 { before = callpoint_thread_allocations() }
            let line = number * 4 % (layout.height - 40)
            source.withUnsafeMutableBytes { bytes in
                for i in bytes.indices { bytes[i] = 128 }
                for i in line * layout.width..<(line + 40) * layout.width {
                    bytes[i] = UInt8(truncatingIfNeeded: i &* 31)
                }
            }
            if number % 50 == 49 { encoder.requestKeyFrame() }
            let stamp = Instant(nanoseconds: Int64(number) * 33_333_333)
            let written = try encoder.encode(source.bytes, layout: layout, timestamp: stamp, into: &frame)
            if written != nil { _ = try decoder.decode(frame.bytes, into: &seen) }
        }
        let taken = callpoint_thread_allocations() - before
        #expect(taken == 0, "\(taken) allocations for 120 pictures")
    }

    /// A rough tone with every tenth packet lost; of 11 s of it the first may allocate.
    @Test func codingSoundTakesNothingFromTheHeap() throws {
        var encoder = try OpusEncoder()
        var decoder = try OpusDecoder()
        var packet = try BufferPool(slotCount: 1, slotSize: 1_536).take()
        let spoken = (0..<Opus.samplesPerPacket).map { Int16(truncatingIfNeeded: $0 % 109 * 150 - 8_000) }
        var heard = [Int16](repeating: 0, count: Opus.maximumSamplesPerPacket)
        var samples = heard.mutableSpan
        var before: UInt64 = 0
        for number in 0..<550 {
            if number == 50 { before = callpoint_thread_allocations() }
            let isSent = try encoder.encode(spoken.span, into: &packet)
            if isSent, number % 10 != 9 {
                _ = try decoder.decode(packet.bytes, into: &samples)
            } else {
                _ = try decoder.conceal(Opus.samplesPerPacket, into: &samples)
            }
        }
        let taken = callpoint_thread_allocations() - before
        #expect(taken == 0, "\(taken) allocations for 10 s of sound")
    }
}
