import Codecs
import Primitives

/// A picture with edges, a slow gradient and something that moves, so that an encoder has work to do.
func picture(_ number: Int, layout: I420Layout) -> [UInt8] {
    var bytes = [UInt8](repeating: 128, count: layout.size)
    let (left, top) = ((number * 7) % max(1, layout.width - 40), (number * 3) % max(1, layout.height - 40))
    for y in 0..<layout.height {
        for x in 0..<layout.width {
            var shade = 40 + (x + y) * 120 / (layout.width + layout.height)
            if (x / 24 + y / 24) % 2 == 0 { shade += 20 }
            if x >= left, x < left + 40, y >= top, y < top + 40 { shade = 220 }
            bytes[y * layout.strideY + x] = UInt8(shade)
        }
    }
    for y in 0..<layout.chromaHeight {
        for x in 0..<layout.chromaWidth {
            bytes[layout.offsetU + y * layout.strideUV + x] = UInt8(96 + x * 64 / max(1, layout.chromaWidth))
            bytes[layout.offsetV + y * layout.strideUV + x] = UInt8(96 + y * 64 / max(1, layout.chromaHeight))
        }
    }
    return bytes
}

/// Peak signal-to-noise ratio of the luma in dB.
func psnr(_ a: RawSpan, _ layoutA: I420Layout, _ b: RawSpan, _ layoutB: I420Layout) -> Double {
    var sum = 0.0
    for y in 0..<layoutA.height {
        for x in 0..<layoutA.width {
            let difference =
                Double(a.byte(at: y * layoutA.strideY + x) ?? 0) - Double(b.byte(at: y * layoutB.strideY + x) ?? 0)
            sum += difference * difference
        }
    }
    let mean = sum / Double(layoutA.width * layoutA.height)
    guard mean > 0 else { return 100 }
    var (ratio, decibels) = (255 * 255 / mean, 0.0)
    while ratio >= 10 { (ratio, decibels) = (ratio / 10, decibels + 10) }
    return decibels + (ratio - 1) / 9 * 10  // linear between the tens: enough for a threshold
}

extension Instant {
    static func frame(_ number: Int) -> Instant { Instant(nanoseconds: 5_000_000_000 + Int64(number) * 33_333_333) }
}

/// `count` frames encoded at 640x480, the first a key frame.
func encoded(_ count: Int, width: Int = 640, height: Int = 480, keyFrames: Set<Int> = []) throws -> [[UInt8]] {
    let layout = try I420Layout(width: width, height: height)
    var encoder = try VP8Encoder(.init(width: width, height: height, frameRate: 30, bitrate: 1_000_000))
    let pool = BufferPool(slotCount: 1, slotSize: 262_144)
    var frames: [[UInt8]] = []
    for number in 0..<count {
        var output = try pool.take()
        if keyFrames.contains(number) { encoder.requestKeyFrame() }
        let bytes = picture(number, layout: layout)
        _ = try encoder.encode(bytes.span.bytes, layout: layout, timestamp: .frame(number), into: &output)
        frames.append(output.bytes.toArray())
    }
    return frames
}
