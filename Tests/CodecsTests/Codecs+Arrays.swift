import Codecs
import Primitives

// Spans cannot go through the macros of Swift Testing, so the tests hand arrays over.

func vp8Header(of frame: [UInt8]) -> VP8FrameHeader? { VP8FrameHeader(frame.span.bytes) }
func sampleCount(of packet: [UInt8]) -> Int? { OpusDecoder.sampleCount(of: packet.span.bytes) }

extension VP8Encoder {
    mutating func encode(
        _ picture: [UInt8], layout: I420Layout, timestamp: Instant, into frame: inout PooledBuffer
    ) throws(CodecError) -> Frame? {
        try encode(picture.span.bytes, layout: layout, timestamp: timestamp, into: &frame)
    }
}

extension VP8Decoder {
    mutating func decode(_ frame: [UInt8], into picture: inout PooledBuffer) throws(CodecError) -> I420Layout? {
        try decode(frame.span.bytes, into: &picture)
    }
    mutating func skip(_ frame: [UInt8]) throws(CodecError) { try skip(frame.span.bytes) }
}

extension OpusEncoder {
    mutating func encode(_ samples: [Int16], into packet: inout PooledBuffer) throws(CodecError) -> Bool {
        try encode(samples.span, into: &packet)
    }
}

extension OpusDecoder {
    mutating func decode(_ packet: [UInt8], into samples: inout [Int16]) throws(CodecError) -> Int {
        var span = samples.mutableSpan
        return try decode(packet.span.bytes, into: &span)
    }
    mutating func conceal(_ count: Int, into samples: inout [Int16]) throws(CodecError) -> Int {
        var span = samples.mutableSpan
        return try conceal(count, into: &span)
    }
    mutating func recover(_ count: Int, from next: [UInt8], into samples: inout [Int16]) throws(CodecError) -> Int {
        var span = samples.mutableSpan
        return try recover(count, from: next.span.bytes, into: &span)
    }
}
