import Codecs
import Foundation
import Primitives
import Testing

/// 20 ms of a sine of `frequency` that goes on from packet to packet.
private func tone(_ frequency: Double, packet: Int, amplitude: Double = 8_000) -> [Int16] {
    (0..<Opus.samplesPerPacket).map { i in
        let t = Double(packet * Opus.samplesPerPacket + i) / Double(Opus.sampleRate)
        return Int16(amplitude * sin(2 * .pi * frequency * t))
    }
}

/// The share of the samples' power that is at `frequency` (Goertzel).
private func share(of frequency: Double, in samples: [Int16]) -> Double {
    var (s1, s2, power) = (0.0, 0.0, 0.0)
    let coefficient = 2 * cos(2 * .pi * frequency / Double(Opus.sampleRate))
    for sample in samples {
        let s = Double(sample) + coefficient * s1 - s2
        (s2, s1) = (s1, s)
        power += Double(sample) * Double(sample)
    }
    guard power > 0 else { return 0 }
    return (s1 * s1 + s2 * s2 - coefficient * s1 * s2) * 2 / (power * Double(samples.count))
}

@Suite struct OpusTests {
    let pool = BufferPool(slotCount: 4, slotSize: 1_500)

    private func packets(_ count: Int, _ configuration: OpusEncoder.Configuration = .init()) throws -> [[UInt8]] {
        var encoder = try OpusEncoder(configuration)
        return try (0..<count).map { number in
            var packet = try pool.take()
            #expect(try encoder.encode(tone(440, packet: number), into: &packet))
            return packet.bytes.toArray()
        }
    }

    @Test func aToneSurvives() throws {
        var decoder = try OpusDecoder()
        var heard: [Int16] = []
        for packet in try packets(25) {
            #expect(sampleCount(of: packet) == Opus.samplesPerPacket)
            var samples = [Int16](repeating: 0, count: Opus.maximumSamplesPerPacket)
            let count = try decoder.decode(packet, into: &samples)
            #expect(count == Opus.samplesPerPacket)
            heard += samples[..<count]
        }
        #expect(share(of: 440, in: Array(heard.dropFirst(4_800))) > 0.9)
        #expect(share(of: 620, in: Array(heard.dropFirst(4_800))) < 0.05)
    }

    @Test func aLostPacketIsConcealedOrRecovered() throws {
        let all = try packets(30, .init(bitrate: 32_000, expectedLoss: 25))
        for recovers in [false, true] {
            var decoder = try OpusDecoder()
            var samples = [Int16](repeating: 0, count: Opus.samplesPerPacket)
            for number in 0..<21 {
                if number == 20 {
                    let count =
                        try recovers
                        ? decoder.recover(Opus.samplesPerPacket, from: all[21], into: &samples)
                        : decoder.conceal(Opus.samplesPerPacket, into: &samples)
                    #expect(count == Opus.samplesPerPacket)
                } else {
                    _ = try decoder.decode(all[number], into: &samples)
                }
            }
            #expect(share(of: 440, in: samples) > 0.5, "recovers: \(recovers)")
            #expect(try decoder.decode(all[21], into: &samples) == Opus.samplesPerPacket)
        }
    }

    @Test func silenceIsNotSentWithDiscontinuousTransmission() throws {
        let silence = [Int16](repeating: 0, count: Opus.samplesPerPacket)
        for discontinuous in [false, true] {
            var encoder = try OpusEncoder(.init(discontinuous: discontinuous))
            var sent = 0
            for _ in 0..<100 {
                var packet = try pool.take()
                if try encoder.encode(silence, into: &packet) { sent += 1 } else { #expect(packet.count == 0) }
            }
            #expect(discontinuous ? sent < 60 : sent == 100)
        }
    }

    /// What comes in silence is one packet of a byte or two, nothing for 400 ms, and a whole one.
    @Test func silenceBeginsWithASmallPacket() throws {
        var encoder = try OpusEncoder(.init(discontinuous: true))
        var sizes: [Int] = []
        for _ in 0..<150 {
            var packet = try pool.take()
            _ = try encoder.encode([Int16](repeating: 0, count: Opus.samplesPerPacket), into: &packet)
            sizes.append(packet.count)
        }
        let small = sizes.indices.filter { (1...2).contains(sizes[$0]) }
        #expect(small.count >= 5)
        for place in small {
            #expect(sizes[place - 1] > 2)
            #expect(sizes[(place + 1)...].prefix(15).allSatisfy { $0 == 0 })
        }
    }

    @Test func wrongInputIsAnError() throws {
        var encoder = try OpusEncoder()
        var packet = try pool.take()
        #expect(throws: CodecError.incompleteInput) {
            try encoder.encode([Int16](repeating: 0, count: 959), into: &packet)
        }
        let tiny = BufferPool(slotCount: 1, slotSize: 1)
        var narrow = try tiny.take()
        _ = try? encoder.encode(tone(440, packet: 0), into: &narrow)
        #expect(narrow.count <= 1)
        #expect(throws: CodecError.unsupportedConfiguration) { _ = try OpusEncoder(.init(bitrate: 1)) }
        #expect(throws: CodecError.unsupportedConfiguration) { _ = try OpusEncoder(.init(complexity: 11)) }
        try encoder.setExpectedLoss(.max)
        var decoder = try OpusDecoder()
        var samples = [Int16](repeating: 0, count: 960)
        #expect(throws: CodecError.unsupportedConfiguration) { try decoder.conceal(961, into: &samples) }
        #expect(throws: CodecError.unsupportedConfiguration) { try decoder.conceal(100, into: &samples) }
        #expect(throws: CodecError.corrupt) { try decoder.decode([UInt8](), into: &samples) }
        // A 60 ms packet does not fit 20 ms of room: configuration 3 is SILK narrow band, 60 ms.
        #expect(throws: CodecError.outputTooLarge) {
            try decoder.decode([UInt8(3 << 3), 1, 2, 3], into: &samples)
        }
    }

    @Test func truncationsAndMutationsNeverTrap() throws {
        var random = RandomSource(seed: 3)
        let all = try packets(20, .init(expectedLoss: 25))
        var decoder = try OpusDecoder()
        var samples = [Int16](repeating: 0, count: Opus.maximumSamplesPerPacket)
        func feed(_ bytes: [UInt8]) {
            _ = sampleCount(of: bytes)
            if let count = try? decoder.decode(bytes, into: &samples) {
                #expect(count <= Opus.maximumSamplesPerPacket)
            }
            _ = try? decoder.recover(Opus.samplesPerPacket, from: bytes, into: &samples)
        }
        for packet in all.suffix(3) { for count in 0..<packet.count { feed(Array(packet.prefix(count))) } }
        for _ in 0..<(20_000 * VP8HostileTests.scale) {
            var packet = all[Int.random(in: 0..<all.count, using: &random)]
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let limit = random.chance(0.5) ? 4 : packet.count
                packet[Int.random(in: 0..<min(limit, packet.count), using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            feed(packet)
        }
        decoder.reset()
        #expect(try decoder.decode(all[0], into: &samples) == Opus.samplesPerPacket)
    }
}
