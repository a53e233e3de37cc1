import Primitives
import RTP
import Testing

/// RFC 6716 §3.2 and §4.2.4, byte by byte.
@Suite struct OpusRedundancyTests {
    private func carries(_ bytes: [UInt8]) -> Bool { OpusPayload.hasRedundancy(bytes.span.bytes) }

    @Test func theFlagFollowsTheVoiceActivity() {
        let hybrid: UInt8 = 15 << 3  // 20 ms
        #expect(carries([hybrid, 0b0100_0000, 1]) && carries([hybrid, 0b1100_0000]))
        #expect(!carries([hybrid, 0b1011_1111, 0xFF]))
        let long: UInt8 = 11 << 3  // SILK, 60 ms: three parts
        #expect(carries([long, 0b0001_0000]) && !carries([long, 0b1110_1111]))
        let stereo = hybrid | 4
        #expect(carries([stereo, 0b0001_0000]) && carries([stereo, 0b0100_0000]) && !carries([stereo, 0b1010_1111]))
    }

    @Test func theFirstFrameIsFoundInEveryPacking() {
        let hybrid: UInt8 = 14 << 3  // 10 ms
        let (yes, no): (UInt8, UInt8) = (0x40, 0xBF)
        #expect(carries([hybrid | 1, yes, no]) && !carries([hybrid | 1, no, yes]))
        #expect(carries([hybrid | 2, 1, yes, no]) && !carries([hybrid | 2, 1, no, yes]))
        #expect(carries([hybrid | 2, 252, 0, yes]) && !carries([hybrid | 2, 0, yes]))
        #expect(carries([hybrid | 3, 2, yes, no]) && !carries([hybrid | 3, 2, no, yes]))
        #expect(carries([hybrid | 3, 0x42, 255, 3, yes]) && !carries([hybrid | 3, 0x42, 2, no]))
        #expect(carries([hybrid | 3, 0x83, 1, 1, yes]) && !carries([hybrid | 3, 0x83, 1, 1, no]))
    }

    @Test func musicAndRubbishCarryNone() {
        #expect(!carries([31 << 3, 0xFF]))
        #expect(!carries([]))
        for toc in 0...UInt8.max { #expect(!carries([toc])) }
        var random = RandomSource(seed: 8)
        for _ in 0..<5_000 {
            let count = Int.random(in: 0...6, using: &random)
            _ = carries((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
        }
    }
}
