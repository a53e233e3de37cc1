import Codecs
import Primitives
import Testing

@Suite struct TemporalLayerTests {
    private struct Encoded {
        var bytes: [UInt8]
        var frame: VP8Encoder.Frame
        var picture: Int
    }

    private let layout: I420Layout
    private let pool = BufferPool(slotCount: 2, slotSize: 1_000_000)

    init() throws { layout = try I420Layout(width: 320, height: 240) }

    private func encode(
        _ count: Int, keyFrames: Set<Int> = [], plain: Range<Int> = 0..<0
    ) throws -> [Encoded] {
        var encoder = try VP8Encoder(.init(width: 320, height: 240, frameRate: 30, bitrate: 500_000))
        var result: [Encoded] = []
        for number in 0..<count {
            var output = try pool.take()
            if keyFrames.contains(number) { encoder.requestKeyFrame() }
            encoder.setLayered(!plain.contains(number))
            let frame = try #require(
                try encoder.encode(
                    picture(number, layout: layout), layout: layout, timestamp: .frame(number), into: &output))
            result.append(Encoded(bytes: output.bytes.toArray(), frame: frame, picture: number))
        }
        return result
    }

    /// The pictures that a decoder makes of these frames.
    private func decode(_ frames: [Encoded]) throws -> [[UInt8]] {
        var decoder = try VP8Decoder()
        return try frames.map { one in
            var shown = try pool.take()
            let seen = try #require(try decoder.decode(one.bytes, into: &shown))
            #expect(psnr(picture(one.picture, layout: layout).span.bytes, layout, shown.bytes, seen) > 25)
            return shown.bytes.toArray()
        }
    }

    @Test func everySecondFrameIsOfTheUpperLayerAndAKeyFrameBeginsAnew() throws {
        let frames = try encode(20, keyFrames: [5, 10])
        let upper = frames.filter(\.frame.isNonReference).map(\.picture)
        #expect(upper == [1, 3, 6, 8, 11, 13, 15, 17, 19])
        #expect(frames.filter(\.frame.isKeyFrame).map(\.picture) == [0, 5, 10])
    }

    /// To the byte: the decoder is in the same state whichever of the upper layer it has seen.
    @Test(arguments: 0..<5 as Range<UInt64>)
    func whateverOfTheUpperLayerIsLeftOutChangesNothingElse(seed: UInt64) throws {
        let frames = try encode(60, keyFrames: [33])
        let all = try decode(frames)
        var random = RandomSource(seed: seed)
        // With the first seed all of them.
        let left = frames.filter { !$0.frame.isNonReference || seed > 0 && random.chance(0.5) }
        #expect(left.count < 50)
        for (one, shown) in zip(left, try decode(left)) { #expect(shown == all[one.picture]) }
    }

    /// Without a key frame: what is lost of the layered part costs nothing in the part that is one chain.
    @Test func layersComeAndGoInTheStream() throws {
        let frames = try encode(60, plain: 20..<41)
        let upper = frames.filter(\.frame.isNonReference).map(\.picture)
        #expect(!upper.isEmpty && upper.allSatisfy { !(20..<41).contains($0) })
        #expect(frames.filter(\.frame.isKeyFrame).map(\.picture) == [0])
        let all = try decode(frames)
        let left = frames.filter { !$0.frame.isNonReference }
        for (one, shown) in zip(left, try decode(left)) { #expect(shown == all[one.picture]) }
    }

    @Test func theUpperLayerHasItsShareOfTheBitsAndLooksTheSame() throws {
        let layout = try I420Layout(width: 640, height: 480)
        var encoder = try VP8Encoder(.init(width: 640, height: 480, frameRate: 30, bitrate: 1_000_000))
        var random = RandomSource(seed: 4)
        var noisy = picture(0, layout: layout)
        var (base, upper) = (0, 0)
        for number in 0..<150 {
            for _ in 0..<2_000 { noisy[Int.random(in: 0..<layout.offsetU, using: &random)] &+= 9 }
            var output = try pool.take()
            let frame = try #require(
                try encoder.encode(noisy, layout: layout, timestamp: .frame(number), into: &output))
            guard number >= 30 else { continue }
            if frame.isNonReference { upper += output.count } else { base += output.count }
        }
        let share = Double(upper) / Double(base + upper)
        #expect((0.3...0.5).contains(share), "\(share)")
    }
}
