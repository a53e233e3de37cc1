import Codecs
import Foundation
import Primitives
import Testing

@Suite struct VP8HostileTests {
    static let scale = Int(ProcessInfo.processInfo.environment["CALLPOINT_FUZZ"] ?? "") ?? 1

    @Test func nothingIsDecodedBeforeAKeyFrame() throws {
        let frames = try encoded(3)
        var decoder = try VP8Decoder()
        let pool = BufferPool(slotCount: 1, slotSize: 600_000)
        var shown = try pool.take()
        #expect(throws: CodecError.needsKeyFrame) { try decoder.decode(frames[1], into: &shown) }
        #expect(try decoder.decode(frames[0], into: &shown) != nil)
        #expect(try decoder.decode(frames[1], into: &shown) != nil)
        // After a fault only a key frame helps.
        #expect(throws: CodecError.corrupt) { try decoder.decode([UInt8(1)], into: &shown) }
        let waits = decoder.needsKeyFrame
        #expect(waits)
        #expect(throws: CodecError.needsKeyFrame) { try decoder.decode(frames[2], into: &shown) }
        #expect(try decoder.decode(frames[0], into: &shown) != nil)
        try decoder.skip(frames[1])
        #expect(try decoder.decode(frames[2], into: &shown) != nil)
    }

    @Test func aPictureLargerThanAllowedNeverReachesTheLibrary() throws {
        var frame = try encoded(1)[0]
        var decoder = try VP8Decoder()
        let (pool, small) = (BufferPool(slotCount: 1, slotSize: 4_000_000), BufferPool(slotCount: 1, slotSize: 1_000))
        var shown = try pool.take()
        var narrow = try small.take()
        #expect(throws: CodecError.outputTooLarge) { try decoder.decode(frame, into: &narrow) }
        for (width, height) in [(1_921, 16), (16, 1_081), (16_383, 16_383), (0, 0), (0, 480)] {
            frame[6] = UInt8(width & 255)
            frame[7] = UInt8(width >> 8)
            frame[8] = UInt8(height & 255)
            frame[9] = UInt8(height >> 8)
            #expect(throws: CodecError.unsupportedDimensions) { try decoder.decode(frame, into: &shown) }
        }
    }

    @Test func everyTruncation() throws {
        let frames = try encoded(2, width: 64, height: 48)
        let pool = BufferPool(slotCount: 1, slotSize: 100_000)
        var shown = try pool.take()
        var decoder = try VP8Decoder()
        for frame in frames {
            for count in 0..<frame.count {
                _ = try? decoder.decode(frames[0], into: &shown)
                _ = try? decoder.decode(Array(frame.prefix(count)), into: &shown)
            }
        }
        // And it still works.
        let layout = try #require(try decoder.decode(frames[0], into: &shown))
        let waits = decoder.needsKeyFrame
        #expect(layout.width == 64 && !waits)
    }

    @Test func mutationsNeverTrap() throws {
        var random = RandomSource(seed: 8)
        let streams = [try encoded(6, width: 64, height: 48), try encoded(6, width: 33, height: 17)]
        let pool = BufferPool(slotCount: 1, slotSize: 4_000_000)
        var shown = try pool.take()
        var decoder = try VP8Decoder()
        var (decoded, refused) = (0, 0)
        for _ in 0..<(20_000 * Self.scale) {
            let stream = streams[Int.random(in: 0..<2, using: &random)]
            var frame = stream[Int.random(in: 0..<stream.count, using: &random)]
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                // Mostly where the size and the partitions are told.
                let limit = random.chance(0.5) ? min(16, frame.count) : frame.count
                frame[Int.random(in: 0..<limit, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            // Without what it refers to a frame would be refused unread.
            if decoder.needsKeyFrame { _ = try decoder.decode(stream[0], into: &shown) }
            do {
                _ = try decoder.decode(frame, into: &shown)
                decoded += 1
            } catch { refused += 1 }
        }
        #expect(decoded > 0 && refused > 0)
        #expect(try decoder.decode(streams[0][0], into: &shown) != nil)
    }
}
