import Codecs
import Primitives
import Testing

@Suite struct PictureLayoutTests {
    /// A picture whose colours lie in turns, with rows padded, is to the encoder the same picture.
    @Test(arguments: [(64, 48, 0), (322, 242, 0), (640, 480, 64)])
    func bothFormatsMakeTheSameFrames(width: Int, height: Int, padding: Int) throws {
        let planar = try I420Layout(width: width, height: height)
        let stride = width + padding
        let turns = try #require(
            PictureLayout(format: .nv12, width: width, height: height, strideY: stride, strideUV: stride))
        let configuration = VP8Encoder.Configuration(width: width, height: height, frameRate: 30, bitrate: 800_000)
        var first = try VP8Encoder(configuration)
        var second = try VP8Encoder(configuration)
        let pool = BufferPool(slotCount: 2, slotSize: 262_144)
        for number in 0..<6 {
            let original = picture(number, layout: planar)
            var same = [UInt8](repeating: 77, count: turns.size)
            for row in 0..<height {
                for column in 0..<width {
                    same[row * stride + column] = original[row * planar.strideY + column]
                }
            }
            for row in 0..<turns.chromaHeight {
                for column in 0..<turns.chromaWidth {
                    let from = row * planar.strideUV + column
                    same[turns.offsetU + row * stride + 2 * column] = original[planar.offsetU + from]
                    same[turns.offsetV + row * stride + 2 * column] = original[planar.offsetV + from]
                }
            }
            var a = try pool.take()
            var b = try pool.take()
            _ = try first.encode(original, layout: planar, timestamp: .frame(number), into: &a)
            _ = try second.encode(same.span.bytes, layout: turns, timestamp: .frame(number), into: &b)
            let (frameA, frameB) = (a.bytes.toArray(), b.bytes.toArray())
            #expect(!frameA.isEmpty && frameA == frameB, "frame \(number): \(frameA.count) and \(frameB.count) bytes")
        }
    }

    @Test func impossibleLayoutsAreNone() {
        for (width, height, strideY, strideUV) in [
            (0, 48, 64, 64), (64, 0, 64, 64), (64, 48, 63, 64), (64, 48, 64, 63), (8_193, 48, 8_193, 8_194),
            (64, .max, 64, 64), (.min, 48, 64, 64), (64, 48, .max, 64),
        ] {
            #expect(
                PictureLayout(format: .nv12, width: width, height: height, strideY: strideY, strideUV: strideUV) == nil)
        }
        #expect(PictureLayout(format: .i420, width: .max, height: 1) == nil)
    }

    private func encode(_ picture: [UInt8], _ layout: PictureLayout, by encoder: inout VP8Encoder) throws {
        var output = try BufferPool(slotCount: 1, slotSize: 65_536).take()
        _ = try encoder.encode(picture.span.bytes, layout: layout, timestamp: .zero, into: &output)
    }

    @Test func aPictureThatIsNotWholeIsRefused() throws {
        var encoder = try VP8Encoder(.init(width: 64, height: 48, frameRate: 30, bitrate: 800_000))
        let layout = try #require(PictureLayout(format: .nv12, width: 64, height: 48))
        let short = [UInt8](repeating: 0, count: layout.size - 1)
        #expect(throws: CodecError.incompleteInput) {
            try encode(short, layout, by: &encoder)
        }
    }
}
