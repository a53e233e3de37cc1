import Primitives
import SRTP
import Testing

private let packets = BufferPool(slotCount: 64, slotSize: 1536)

private func rtp(_ sequence: UInt16, ssrc: UInt32 = 0xCAFE_BABE, payload: Int = 100) -> [UInt8] {
    [0x80, 96, UInt8(sequence >> 8), UInt8(sequence & 255), 0, 0, 0, 1]
        + (0..<4).map { UInt8(truncatingIfNeeded: ssrc >> (24 - 8 * $0)) }
        + (0..<payload).map { UInt8(truncatingIfNeeded: $0) }
}
private func rtcp(ssrc: UInt32 = 0xCAFE_BABE) -> [UInt8] {
    [0x80, 201, 0, 1] + (0..<4).map { UInt8(truncatingIfNeeded: ssrc >> (24 - 8 * $0)) }
}
private func buffer(_ bytes: [UInt8]) throws -> PooledBuffer {
    var buffer = try packets.take()
    buffer.copy(from: bytes.span.bytes)
    return buffer
}

private final class Ends {
    var out: SRTPSession
    var back: SRTPSession

    init(_ profile: SRTPProfile) throws {
        let key = (0..<profile.keyingMaterialSize).map { UInt8($0 * 7 & 255) }
        out = try SRTPSession(profile: profile, keyingMaterial: key, direction: .outbound)
        back = try SRTPSession(profile: profile, keyingMaterial: key, direction: .inbound)
    }
    func protected(_ bytes: [UInt8]) throws -> [UInt8] {
        var b = try buffer(bytes)
        try out.protect(&b)
        return b.bytes.toArray()
    }
    func protectedRTCP(_ bytes: [UInt8]) throws -> [UInt8] {
        var b = try buffer(bytes)
        try out.protectRTCP(&b)
        return b.bytes.toArray()
    }
    func opened(_ bytes: [UInt8]) throws -> [UInt8] {
        var b = try buffer(bytes)
        try back.unprotect(&b)
        return b.bytes.toArray()
    }
    func openedRTCP(_ bytes: [UInt8]) throws -> [UInt8] {
        var b = try buffer(bytes)
        try back.unprotectRTCP(&b)
        return b.bytes.toArray()
    }
    var inbound: SRTPCounters { back.counters }
}

@Suite struct SRTPSessionTests {
    @Test(arguments: SRTPProfile.allCases)
    func roundTrip(_ profile: SRTPProfile) throws {
        let ends = try Ends(profile)
        for sequence in 1..<200 as Range<UInt16> {
            let plain = rtp(sequence, payload: Int(sequence) * 5)
            let secret = try ends.protected(plain)
            #expect(secret.count == plain.count + profile.tagSize)
            #expect(secret.prefix(12) == plain.prefix(12))
            #expect(secret[12...] != plain[12...])
            #expect(try ends.opened(secret) == plain)
        }
        let report = try ends.protectedRTCP(rtcp())
        #expect(report.count == 8 + profile.rtcpTrailerSize)
        #expect(try ends.openedRTCP(report) == rtcp())
        #expect(ends.inbound == counters(passed: 200))
    }

    private func counters(passed: UInt64) -> SRTPCounters {
        var counters = SRTPCounters()
        counters.passed = passed
        return counters
    }

    /// The master key and salt of RFC 3711 §B.3, whose derived keys are printed there, over a whole packet.
    @Test func knownAnswerCounterMode() throws {
        let key = hex("E1F97A0D3E018BE0D64FA32C06DE4139" + "0EC675AD498AFEEBB6960B3AABE6")
        var out = try SRTPSession(profile: .aes128CMSHA1, keyingMaterial: key, direction: .outbound)
        var packet = try buffer(hex("800f1234decafbadcafebabe" + String(repeating: "ab", count: 16)))
        try out.protect(&packet)
        let expected = "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb"
        #expect(packet.bytes.toArray() == hex(expected))
    }

    @Test func knownAnswerAEAD() throws {
        let key = hex("000102030405060708090a0b0c0d0e0f" + "a0a1a2a3a4a5a6a7a8a9aaab")
        var out = try SRTPSession(profile: .aeadAES128GCM, keyingMaterial: key, direction: .outbound)
        var packet = try buffer(hex("800f1234decafbadcafebabe" + String(repeating: "ab", count: 16)))
        try out.protect(&packet)
        let expected =
            "800f1234decafbadcafebabec5002ede04cfdd2eb91159e0880aa06ed2976826f796b201df3131a127e8a392"
        #expect(packet.bytes.toArray() == hex(expected))
    }

    private func hex(_ text: String) -> [UInt8] {
        stride(from: 0, to: text.count, by: 2).compactMap { UInt8(text.dropFirst($0).prefix(2), radix: 16) }
    }

    @Test(arguments: SRTPProfile.allCases)
    func replayedAndOld(_ profile: SRTPProfile) throws {
        let ends = try Ends(profile)
        let all = try (0..<3000 as Range<UInt16>).map { try ends.protected(rtp($0)) }
        for packet in all[0..<1500] { _ = try ends.opened(packet) }
        for packet in all[0..<1500] { #expect(throws: SRTPError.replayed) { try ends.opened(packet) } }
        _ = try ends.opened(all[2999])
        _ = try ends.opened(all[2999 - 1000])
        #expect(throws: SRTPError.replayed) { try ends.opened(all[2999 - 1024]) }
        let report = try ends.protectedRTCP(rtcp())
        _ = try ends.openedRTCP(report)
        #expect(throws: SRTPError.replayed) { try ends.openedRTCP(report) }
    }

    @Test(arguments: SRTPProfile.allCases)
    func everyByteIsAuthenticated(_ profile: SRTPProfile) throws {
        let ends = try Ends(profile)
        let secret = try ends.protected(rtp(5))
        for index in secret.indices {
            var forged = secret
            forged[index] ^= 0x20
            #expect(throws: SRTPError.self) { try ends.opened(forged) }
        }
        let report = try ends.protectedRTCP(rtcp())
        for index in report.indices {
            var forged = report
            forged[index] ^= 0x20
            #expect(throws: SRTPError.self) { try ends.openedRTCP(forged) }
        }
        #expect(ends.inbound.passed == 0)
        #expect(try ends.opened(secret) == rtp(5))
    }

    /// V9: nothing shorter than its own header and trailer reaches the library.
    @Test(arguments: SRTPProfile.allCases)
    func everyTruncation(_ profile: SRTPProfile) throws {
        let ends = try Ends(profile)
        var extended = rtp(5)
        extended[0] |= 0x10
        extended.replaceSubrange(12..<16, with: [0xBE, 0xDE, 0, 2])
        for whole in [try ends.protected(rtp(4)), try ends.protected(extended)] {
            for length in 0..<whole.count {
                #expect(throws: SRTPError.self) { try ends.opened(Array(whole.prefix(length))) }
            }
        }
        let report = try ends.protectedRTCP(rtcp())
        for length in 0..<report.count {
            #expect(throws: SRTPError.self) { try ends.openedRTCP(Array(report.prefix(length))) }
        }
        let short = 12 + profile.tagSize - 1
        let before = ends.inbound.malformed
        #expect(throws: SRTPError.malformed) { try ends.opened(Array(rtp(9, payload: 99).prefix(short))) }
        #expect(throws: SRTPError.malformed) { try ends.openedRTCP([0x80, 201, 0, 0]) }
        #expect(ends.inbound.malformed == before + 2)
        // An extension that claims more than there is, and contributing sources likewise.
        var claims = rtp(9, payload: 40)
        claims[0] |= 0x10
        claims.replaceSubrange(12..<16, with: [0xBE, 0xDE, 0xFF, 0xFF])
        #expect(throws: SRTPError.malformed) { try ends.opened(claims) }
        #expect(throws: SRTPError.malformed) { try ends.protected(claims) }
    }

    /// V10: the sequence number wraps among the first packets, which are partly lost.
    @Test(arguments: SRTPProfile.allCases)
    func startNearTheWrapWithLoss(_ profile: SRTPProfile) throws {
        for seed in 0..<20 as Range<UInt64> {
            var random = RandomSource(seed: seed)
            let ends = try Ends(profile)
            for step in 0..<200 as Range<UInt16> {
                let plain = rtp(65_530 &+ step)
                let secret = try ends.protected(plain)
                if random.chance(0.1) { continue }
                #expect(try ends.opened(secret) == plain)
            }
        }
    }

    @Test func noRoomIsSaid() throws {
        let ends = try Ends(.aeadAES128GCM)
        #expect(throws: SRTPError.noRoom) { try ends.protected(rtp(1, payload: 1500)) }
        _ = try ends.protected(rtp(1, payload: 1300))
    }

    /// V23: a peer with the right keys and 65,536 SSRCs.
    @Test func streamsAreBounded() throws {
        let many = try Ends(.aeadAES128GCM)
        var accepted = 0
        for group in 0..<64 as Range<UInt32> {
            let sender = try Ends(.aeadAES128GCM)  // a sender is bounded as well
            for i in 0..<40 as Range<UInt32> {
                let secret = try sender.protected(rtp(1, ssrc: group << 16 | i))
                if (try? many.opened(secret)) != nil { accepted += 1 }
            }
        }
        #expect(accepted == SRTPSession.maximumStreams)
        #expect(many.inbound.refused == 64 * 40 - UInt64(SRTPSession.maximumStreams))
    }

    @Test func wrongKeyLength() {
        for profile in SRTPProfile.allCases {
            #expect(throws: SRTPError.setUp) {
                _ = try SRTPSession(profile: profile, keyingMaterial: [1, 2, 3], direction: .inbound)
            }
        }
    }

    @Test func mutationsNeverTrap() throws {
        var random = RandomSource(seed: 3)
        let ends = try Ends(.aes128CMSHA1)
        let secret = try ends.protected(rtp(77, payload: 60))
        let report = try ends.protectedRTCP(rtcp())
        for i in 0..<20_000 {
            var changed = i % 2 == 0 ? secret : report
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                changed[Int.random(in: 0..<changed.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            changed.removeLast(Int.random(in: 0...8, using: &random))
            if changed == secret || changed == report { continue }
            if i % 2 == 0 { _ = try? ends.opened(changed) } else { _ = try? ends.openedRTCP(changed) }
        }
        #expect(ends.inbound.passed == 0)
    }
}
