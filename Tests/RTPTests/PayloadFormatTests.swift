import Primitives
import RTP
import Testing

/// Descriptors drawn in RFC 7741 §4.2, with all optional fields, with each alone, and with none.
@Test func descriptorFields() throws {
    let all = hex("B0 F0 9234 05 E7 AA")
    let full = try VP8Descriptor(parsing: all.span.bytes)
    #expect(full.size == 6 && full.startsFrame && full.isNonReference && full.hasLongPictureID)
    #expect(full.pictureID == 0x1234 && full.temporalLevelZeroIndex == 5)
    #expect(full.temporalLayer == 3 && full.isLayerSync && full.keyIndex == 7)
    let short = hex("93 80 11 AA")
    let brief = try VP8Descriptor(parsing: short.span.bytes)
    #expect(brief.size == 3 && brief.pictureID == 0x11 && !brief.hasLongPictureID)
    #expect(brief.partitionIndex == 3 && !brief.startsFrame)
    let bare = hex("00 AA")
    let none = try VP8Descriptor(parsing: bare.span.bytes)
    #expect(none.size == 1 && none.pictureID == nil && none.temporalLayer == nil)
    for count in 0..<6 {
        let cut = Array(all[..<count])
        #expect(throws: RTPError.truncated) { try VP8Descriptor(parsing: cut.span.bytes) }
    }
}

@Test func keyFrameHeader() throws {
    let frame = hex("10 0200 9D012A 8002 E041")  // 640x480, the height with a scale
    let header = try VP8FrameHeader(parsing: frame.span.bytes)
    #expect(header.isKeyFrame && header.width == 640 && header.height == 480)
    let delta = hex("11")
    let other = try VP8FrameHeader(parsing: delta.span.bytes)
    #expect(!other.isKeyFrame)
    for count in 0..<10 {
        let cut = Array(frame[..<count])
        #expect(throws: RTPError.truncated) { try VP8FrameHeader(parsing: cut.span.bytes) }
    }
    for bad in ["10 0200 9D012B 8002 E001", "10 0200 9D012A 0000 E001", "10 0200 9D012A FF3F E001"] {
        let bytes = hex(bad)
        #expect(throws: RTPError.invalid) { try VP8FrameHeader(parsing: bytes.span.bytes) }
    }
}

@Test(arguments: [0, 1, 2, 5, 1173, 1174, 1175, 2348, 2349, 60_001], [7, 100, 1180])
func fragmentsCoverTheFrame(size: Int, maximum: Int) throws {
    guard size / (maximum - VP8Fragments.descriptorSize) < 3000 else { return }
    var packetizer = VP8Packetizer(pictureID: 0xFFFF)
    let fragments = packetizer.fragments(frameSize: size, maximumPayload: maximum)
    #expect(fragments.pictureID == 0x7FFF)
    check(packetizer.fragments(frameSize: 1).pictureID == 0)
    let frame = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var collected: [UInt8] = []
    var sizes: Set<Int> = []
    for i in 0..<fragments.count {
        var buffer = try packetPool.take()
        let done = fragments.append(i, of: frame.span.bytes, to: &buffer)
        #expect(done)
        #expect(buffer.count <= maximum)
        sizes.insert(buffer.count)
        let descriptor = try VP8Descriptor(parsing: buffer.bytes)
        #expect(descriptor.startsFrame == (i == 0))
        #expect(descriptor.pictureID == 0x7FFF && descriptor.hasLongPictureID)
        collected += buffer.bytes.toArray().dropFirst(descriptor.size)
        #expect(fragments.isLast(i) == (i == fragments.count - 1))
    }
    #expect(collected == frame)
    #expect(sizes.count <= 2)
    #expect(fragments.range(-1).isEmpty && fragments.range(fragments.count).isEmpty)
}

/// Layer 0 counts itself; layer 1 says what it needs and that nothing needs it.
@Test func fragmentsTellTheirLayer() throws {
    var packetizer = VP8Packetizer(pictureID: 0x01FE)
    let frame = [UInt8](repeating: 1, count: 2000)
    let isUpper = [false, true, false, false, true, true, false]
    var seen: [UInt8] = []
    for (number, isUpper) in isUpper.enumerated() {
        let fragments = packetizer.fragments(frameSize: frame.count, isNonReference: isUpper)
        for i in 0..<fragments.count {
            var buffer = try packetPool.take()
            _ = fragments.append(i, of: frame.span.bytes, to: &buffer)
            let descriptor = try VP8Descriptor(parsing: buffer.bytes)
            #expect(descriptor.size == VP8Fragments.descriptorSize)
            #expect(descriptor.pictureID == 0x01FE + UInt16(number))
            #expect(descriptor.temporalLayer == (isUpper ? 1 : 0))
            #expect(descriptor.isLayerSync == isUpper && descriptor.isNonReference == isUpper)
            #expect(descriptor.keyIndex == nil && descriptor.startsFrame == (i == 0))
            if i == 0 {
                seen.append(try #require(descriptor.temporalLevelZeroIndex))
            } else {
                #expect(descriptor.temporalLevelZeroIndex == seen.last)
            }
        }
    }
    #expect(seen == [255, 255, 0, 1, 1, 1, 2])
}

@Test func fragmentThatDoesNotFitIsRefused() throws {
    var packetizer = VP8Packetizer(pictureID: 0)
    let fragments = packetizer.fragments(frameSize: 2000, maximumPayload: 3000)
    let frame = [UInt8](repeating: 1, count: 2000)
    var buffer = try packetPool.take()
    let done = fragments.append(0, of: frame.span.bytes, to: &buffer)
    #expect(!done && buffer.count == 0)
}

/// Table 2 of RFC 6716 and the frame counts of §3.2.
@Test func opusDurations() {
    let frames: [(UInt8, Int)] = [
        (0, 480), (3, 2880), (11, 2880), (12, 480), (13, 960), (14, 480), (15, 960), (16, 120), (19, 960), (31, 960),
    ]
    for (configuration, samples) in frames {
        let one = [configuration << 3, 0], two = [configuration << 3 | 1, 0, 0], other = [configuration << 3 | 2, 0]
        #expect(OpusPayload.duration(of: one.span.bytes) == samples)
        #expect(OpusPayload.duration(of: two.span.bytes) == samples * 2)
        #expect(OpusPayload.duration(of: other.span.bytes) == samples * 2)
    }
    let three: [UInt8] = [31 << 3 | 3, 6], seven: [UInt8] = [31 << 3 | 3, 7], zero: [UInt8] = [31 << 3 | 3, 0]
    #expect(OpusPayload.duration(of: three.span.bytes) == 5760)
    #expect(OpusPayload.duration(of: seven.span.bytes) == nil)
    #expect(OpusPayload.duration(of: zero.span.bytes) == nil)
    let cut: [UInt8] = [3], empty: [UInt8] = []
    #expect(OpusPayload.duration(of: cut.span.bytes) == nil)
    #expect(OpusPayload.duration(of: empty.span.bytes) == nil)
}

@Test func mutatedPayloadsDoNotTrap() {
    var random = RandomSource(seed: 9)
    let seeds = [hex("B0 F0 9234 05 E7 10 0200 9D012A 8002 E001"), hex("90 80 81 00 10 0200 9D012A 8002 E001")]
    var keyFrames = 0
    for i in 0..<mutationCount {
        let bytes = mutate(seeds[i % 2], with: &random)
        if let samples = OpusPayload.duration(of: bytes.span.bytes) { #expect((1...5760).contains(samples)) }
        guard let descriptor = try? VP8Descriptor(parsing: bytes.span.bytes) else { continue }
        #expect(descriptor.size < bytes.count)
        let rest = Array(bytes[descriptor.size...])
        guard let frame = try? VP8FrameHeader(parsing: rest.span.bytes), frame.isKeyFrame else { continue }
        keyFrames += 1
        #expect((1...1920).contains(frame.width) && (1...1920).contains(frame.height))
    }
    #expect(keyFrames > mutationCount / 100)
}
