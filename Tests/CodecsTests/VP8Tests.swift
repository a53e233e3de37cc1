import Codecs
import Primitives
import Testing

@Suite struct VP8Tests {
    @Test(arguments: [(640, 480), (322, 242), (97, 61), (16, 16)])
    func whatIsEncodedIsSeenAgain(width: Int, height: Int) throws {
        let layout = try I420Layout(width: width, height: height)
        var encoder = try VP8Encoder(.init(width: width, height: height, frameRate: 30, bitrate: 1_000_000))
        var decoder = try VP8Decoder()
        let pool = BufferPool(slotCount: 2, slotSize: 1_000_000)
        for number in 0..<12 {
            var compressed = try pool.take()
            var shown = try pool.take()
            let original = picture(number, layout: layout)
            let frame = try #require(
                try encoder.encode(original, layout: layout, timestamp: .frame(number), into: &compressed))
            #expect(frame.isKeyFrame == (number == 0))
            #expect((0...127).contains(frame.quantizer))
            let header = try #require(vp8Header(of: compressed.bytes.toArray()))
            #expect(header.isKeyFrame == frame.isKeyFrame)
            let seen = try #require(try decoder.decode(compressed.bytes.toArray(), into: &shown))
            #expect(seen.width == width && seen.height == height && shown.count == seen.size)
            if number > 6 { #expect(psnr(original.span.bytes, layout, shown.bytes, seen) > 30) }
        }
    }

    @Test func aKeyFrameComesWhenAskedForAndOnlyThen() throws {
        let frames = try encoded(40, keyFrames: [9, 25])
        for (number, frame) in frames.enumerated() {
            let header = try #require(vp8Header(of: frame))
            #expect(header.isKeyFrame == [0, 9, 25].contains(number))
        }
    }

    @Test func theRateFollowsTheSetting() throws {
        let layout = try I420Layout(width: 640, height: 480)
        var encoder = try VP8Encoder(.init(width: 640, height: 480, frameRate: 30, bitrate: 1_500_000))
        let pool = BufferPool(slotCount: 1, slotSize: 262_144)
        var random = RandomSource(seed: 4)
        var noisy = picture(0, layout: layout)
        func bytes(of range: Range<Int>) throws -> Int {
            var sum = 0
            for number in range {
                for _ in 0..<4_000 { noisy[Int.random(in: 0..<layout.offsetU, using: &random)] &+= 9 }
                var output = try pool.take()
                _ = try encoder.encode(noisy, layout: layout, timestamp: .frame(number), into: &output)
                if number >= range.lowerBound + 15 { sum += output.count }
            }
            return sum * 8 * 30 / (range.count - 15)
        }
        let fast = try bytes(of: 0..<45)
        try encoder.setBitrate(600_000)
        let slow = try bytes(of: 45..<90)
        #expect((1_000_000...2_000_000).contains(fast), "asked for 1.5 Mbit/s, got \(fast)")
        #expect((400_000...900_000).contains(slow), "asked for 0.6 Mbit/s, got \(slow)")
    }

    /// Between two calls the encoder rests; what it has not spent meanwhile must not all go into the next call's start.
    @Test(arguments: [1, 30, 36_000])
    func aPauseIsNotSavedUpFor(frames pause: Int) throws {
        let layout = try I420Layout(width: 640, height: 480)
        var encoder = try VP8Encoder(.init(width: 640, height: 480, frameRate: 30, bitrate: 1_000_000))
        let pool = BufferPool(slotCount: 1, slotSize: 262_144)
        var random = RandomSource(seed: 5)
        var noisy = picture(0, layout: layout)
        func next(_ number: Int) throws -> Int {
            for _ in 0..<4_000 { noisy[Int.random(in: 0..<layout.offsetU, using: &random)] &+= 9 }
            var output = try pool.take()
            _ = try encoder.encode(noisy, layout: layout, timestamp: .frame(number), into: &output)
            return output.count
        }
        for number in 0..<60 { _ = try next(number) }
        encoder.requestKeyFrame()
        let burst = try (60..<63).reduce(0) { try $0 + next($1 + pause) }
        #expect(burst < 90_000, "\(burst) bytes in three pictures")
    }

    @Test func aFrameThatDoesNotFitIsFollowedByAKeyFrame() throws {
        let layout = try I420Layout(width: 640, height: 480)
        var encoder = try VP8Encoder(.init(width: 640, height: 480, frameRate: 30, bitrate: 1_000_000))
        let (large, small) = (BufferPool(slotCount: 1, slotSize: 262_144), BufferPool(slotCount: 1, slotSize: 16))
        let bytes = picture(0, layout: layout)
        var narrow = try small.take()
        #expect(throws: CodecError.outputTooLarge) {
            try encoder.encode(bytes, layout: layout, timestamp: .frame(0), into: &narrow)
        }
        #expect(narrow.count == 0)
        var wide = try large.take()
        let frame = try encoder.encode(bytes, layout: layout, timestamp: .frame(1), into: &wide)
        #expect(frame?.isKeyFrame == true)
    }

    @Test func timeThatStandsStillOrGoesBackDoesNoHarm() throws {
        let layout = try I420Layout(width: 64, height: 48)
        var encoder = try VP8Encoder(.init(width: 64, height: 48, frameRate: 30, bitrate: 100_000))
        let pool = BufferPool(slotCount: 1, slotSize: 65_536)
        let bytes = picture(0, layout: layout)
        for number in [10, 10, 9, 0, 11, 1_000_000] {
            var output = try pool.take()
            let frame = try encoder.encode(bytes, layout: layout, timestamp: .frame(number), into: &output)
            #expect(frame != nil && output.count > 0)
        }
    }

    @Test func impossibleSettingsAreRefused() throws {
        for (width, height) in [(0, 0), (-1, 480), (1_921, 1_080), (1_920, 1_081), (8, 8), (Int.max, Int.max)] {
            #expect(throws: CodecError.unsupportedDimensions) {
                _ = try VP8Encoder(.init(width: width, height: height, frameRate: 30, bitrate: 1_000_000))
            }
            #expect(width == 8 || (try? I420Layout(width: width, height: height)) == nil)
        }
        #expect(throws: CodecError.unsupportedConfiguration) {
            _ = try VP8Encoder(.init(width: 64, height: 64, frameRate: 0, bitrate: 1_000_000))
        }
        #expect(throws: CodecError.unsupportedConfiguration) {
            _ = try VP8Encoder(.init(width: 64, height: 64, frameRate: 30, bitrate: 1, threads: 64))
        }
        #expect(throws: CodecError.unsupportedConfiguration) { _ = try VP8Decoder(threads: 0) }
        var encoder = try VP8Encoder(.init(width: 64, height: 48, frameRate: 30, bitrate: .max))
        try encoder.setBitrate(.min)
        let pool = BufferPool(slotCount: 1, slotSize: 65_536)
        var output = try pool.take()
        let layout = try I420Layout(width: 64, height: 48)
        #expect(throws: CodecError.incompleteInput) {
            try encoder.encode(
                [UInt8](repeating: 0, count: 10), layout: layout, timestamp: .zero, into: &output)
        }
        let other = try I420Layout(width: 48, height: 64)
        #expect(throws: CodecError.unsupportedDimensions) {
            try encoder.encode(picture(0, layout: other), layout: other, timestamp: .zero, into: &output)
        }
    }
}
