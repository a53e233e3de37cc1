import Primitives
import RTP
import Testing

private let extensions = HeaderExtensionMap(mid: 3, transportSequenceNumber: 1, absoluteSendTime: 2)

/// Everything here is computed by hand, from the figures of RFC 5109 §7.3 and §7.4.
private let first = hex("80 60 0001 00000010 11223344 01020304")
private let second = hex("80 E0 0002 00000020 11223344 0506")
private let parity = hex("00 80 0001 00000030 0006 0004 C000 04040304")

private func insert(_ bytes: [UInt8], _ sequence: Int64, to recovery: inout ULPFECRecovery) throws {
    let header = try RTPHeader(parsing: bytes.span.bytes)
    recovery.insert(bytes.span.bytes, header: header, sequence: sequence, extensions: extensions)
}

private func recovered(_ recovery: inout ULPFECRecovery, notBefore first: Int64 = 0) throws -> [UInt8]? {
    var buffer = try packetPool.take()
    guard
        recovery.recover(into: &buffer, ssrc: 0x1122_3344, payloadType: 0x60, notBefore: first) != nil
    else { return nil }
    return buffer.bytes.toArray()
}

@Suite("ULPFEC") struct ULPFECTests {
    @Test("makes either of two packets from the other one") func twoPackets() throws {
        for (held, lost) in [(first, second), (second, first)] {
            var recovery = ULPFECRecovery()
            try insert(held, held == first ? 1 : 2, to: &recovery)
            check(!recovery.hasCandidate)
            try recovery.insert(parity: parity.span.bytes, sequence: 3)
            check(recovery.hasCandidate)
            #expect(try recovered(&recovery) == lost)
            let (repaired, discarded) = (recovery.repaired, recovery.discarded)
            #expect(repaired == 1 && discarded == 0)
            check(!recovery.hasCandidate)
        }
    }

    @Test("reads the long mask") func longMask() throws {
        let late = hex("80 E0 0015 00000020 11223344 0506")
        let wide = hex("40 80 0001 00000030 0006 0004 800008000000 04040304")
        var recovery = ULPFECRecovery()
        try insert(first, 1, to: &recovery)
        try recovery.insert(parity: wide.span.bytes, sequence: 0x16)
        #expect(try recovered(&recovery) == late)
    }

    @Test("waits while two are missing, and goes on when one of them comes") func waits() throws {
        var recovery = ULPFECRecovery()
        try recovery.insert(parity: parity.span.bytes, sequence: 3)
        check(!recovery.hasCandidate)
        try insert(second, 2, to: &recovery)
        #expect(try recovered(&recovery) == first)
    }

    @Test("is of no use where nothing is missing, or not wanted any more") func useless() throws {
        var recovery = ULPFECRecovery()
        try insert(first, 1, to: &recovery)
        try recovery.insert(parity: parity.span.bytes, sequence: 3)
        #expect(try recovered(&recovery, notBefore: 3) == nil)
        try insert(second, 2, to: &recovery)
        try recovery.insert(parity: parity.span.bytes, sequence: 4)
        check(!recovery.hasCandidate)
        let (repaired, discarded) = (recovery.repaired, recovery.discarded)
        #expect(repaired == 0 && discarded == 2)
    }

    @Test("clears what a sender fills in last") func mutableExtensions() throws {
        // Element 1, two bytes, and element 2, three; parity was computed with both empty.
        let packet = hex("90 60 0001 00000010 11223344 BEDE0002 11ABCD 22123456 00 0102")
        let empty = hex("90 60 0001 00000010 11223344 BEDE0002 110000 22000000 00 0102")
        let protection = zip(empty[12...], hex("05 06") + [UInt8](repeating: 0, count: 12)).map { $0 ^ $1 }
        let parity = hex("10 80 0001 00000030 000C 000E C000") + protection
        var recovery = ULPFECRecovery()
        try insert(packet, 1, to: &recovery)
        try recovery.insert(parity: parity.span.bytes, sequence: 3)
        #expect(try recovered(&recovery) == second)
    }

    @Test("goes across the end of the numbers") func wraps() throws {
        var recovery = ULPFECRecovery()
        let last = hex("80 60 FFFF 00000010 11223344 01020304")
        let parity = hex("00 80 FFFF 00000030 0006 0004 C000 04040304")
        try insert(last, 0x1_FFFF, to: &recovery)
        try recovery.insert(parity: parity.span.bytes, sequence: 0x2_0001)
        #expect(try recovered(&recovery) == hex("80 E0 0000 00000020 11223344 0506"))
    }

    @Test(
        "refuses what is not protection",
        arguments: [
            "", "00 80 0001 00000030 0006 0004 C0", "80 80 0001 00000030 0006 0004 C000 04040304",
            "00 80 0001 00000030 0006 0005 C000 04040304", "00 80 0001 00000030 0006 0004 0000 04040304",
            "40 80 0001 00000030 0006 0004 C000 0404",
        ]) func malformed(text: String)
    {
        var recovery = ULPFECRecovery()
        let bytes = hex(text)
        do throws(RTPError) {
            try recovery.insert(parity: bytes.span.bytes, sequence: 3)
            check(false)
        } catch {
            #expect(error == .truncated || error == .invalid)
        }
    }

    /// A stream's packets, FEC packets made from the cache that they are kept in, and any one lost of each mask.
    @Test("makes what was lost at random, byte for byte", arguments: 1...40 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        let pool = BufferPool(slotCount: 80, slotSize: 1536)
        let start = UInt16.random(in: 0...UInt16.max, using: &random)
        let count = Int.random(in: 2...48, using: &random)
        let shares = Int.random(in: 1...min(6, count / 2), using: &random)
        var cache = RetransmissionCache(capacity: 64)
        var sent: [[UInt8]] = []
        var masks = [UInt64](repeating: 0, count: shares)
        var writer = RTPHeaderWriter(
            ssrc: 0x1122_3344, payloadType: 0x60, sequenceNumber: 0, extensions: extensions, mid: MediaIdentifier("0"))
        writer.sequenceNumber = start
        for number in 0..<count {
            var buffer = try pool.take()
            let time = UInt32.random(in: 0...UInt32.max, using: &random)
            _ = writer.write(into: &buffer, marker: random.chance(0.3), timestamp: time)
            let payload = (0..<Int.random(in: 0...1100, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            check(buffer.append(payload.span.bytes))
            sent.append(buffer.bytes.toArray())
            let header = try RTPHeader(parsing: buffer.bytes)
            cache.store(buffer, header: header, now: .zero)
            masks[number % shares] |= ULPFECHeader.bit(Int64(number))
        }
        var unwrapper = SequenceUnwrapper()
        _ = unwrapper.unwrap(start)
        let base = unwrapper.unwrap(start)
        let lost = Set(
            (0..<shares).map { share in
                share + shares * Int.random(in: 0...(count - 1 - share) / shares, using: &random)
            })
        var recovery = ULPFECRecovery()
        for number in 0..<count where !lost.contains(number) {
            try insert(sent[number], base + Int64(number), to: &recovery)
        }
        for (index, mask) in masks.enumerated() {
            var buffer = try pool.take()
            let head: [UInt8] = [0xEE]
            check(buffer.copy(from: head.span.bytes))
            let description = ULPFECParity(
                sequenceNumber: start &+ UInt16(count + index), timestamp: 0, base: start, mask: mask)
            check(cache.appendParity(description, to: &buffer))
            let payload = Array(buffer.bytes.toArray().dropFirst())
            try recovery.insert(parity: payload.span.bytes, sequence: base + Int64(count + index))
        }
        var made: [[UInt8]] = []
        while recovery.hasCandidate { if let bytes = try recovered(&recovery) { made.append(bytes) } }
        #expect(Set(made) == Set(lost.map { sent[$0] }))
        #expect(made.count == lost.count)
    }

    @Test("makes nothing from packets that are not kept") func absent() throws {
        let cache = RetransmissionCache(capacity: 8)
        var buffer = try packetPool.take()
        let isMade = cache.appendParity(
            ULPFECParity(sequenceNumber: 9, timestamp: 0, base: 1, mask: 3 << 62), to: &buffer)
        #expect(!isMade)
    }

    @Test("takes any bytes") func hostile() throws {
        var random = RandomSource(seed: 5109)
        var recovery = ULPFECRecovery()
        let seeds = [
            parity, hex("40 80 0001 00000030 0006 0004 800008000000 04040304"), [UInt8](repeating: 0xFF, count: 40),
        ]
        var sequence: Int64 = 0x1_0000
        for round in 0..<mutationCount / 4 {
            sequence += Int64.random(in: -3...4, using: &random)
            if round % 3 == 0 {
                let bytes = mutate(round % 2 == 0 ? first : second, with: &random)
                if let header = try? RTPHeader(parsing: bytes.span.bytes) {
                    recovery.insert(bytes.span.bytes, header: header, sequence: sequence, extensions: extensions)
                }
            } else {
                var bytes = seeds[round % seeds.count]
                if bytes.count > 4 { (bytes[2], bytes[3]) = (UInt8(sequence >> 8 & 255), UInt8(sequence & 255)) }
                bytes = mutate(bytes, with: &random)
                try? recovery.insert(parity: bytes.span.bytes, sequence: sequence)
            }
            var turns = 0
            while recovery.hasCandidate, turns < 1000 {
                _ = try recovered(&recovery, notBefore: 0)
                turns += 1
            }
            if turns >= 1000 { Issue.record("it never ends") }
        }
        let repaired = recovery.repaired
        #expect(repaired > 0)
    }
}

@Suite("RED") struct REDTests {
    @Test("goes before the payload and is taken off") func roundTrip() throws {
        var buffer = try packet(first)
        check(REDPayload.wrap(&buffer, header: try RTPHeader(parsing: buffer.bytes), payloadType: 98))
        #expect(buffer.bytes.toArray() == hex("80 62 0001 00000010 11223344 60 01020304"))
        let outer = try RTPHeader(parsing: buffer.bytes)
        let inner = try REDPayload.unwrap(buffer.bytes, header: outer)
        #expect(inner.payloadType == 0x60 && inner.payloadRange == 13..<17 && inner.sequenceNumber == 1)
        var recovery = ULPFECRecovery()
        recovery.insert(buffer.bytes, header: inner, sequence: 1, extensions: extensions)
        try recovery.insert(parity: parity.span.bytes, sequence: 3)
        #expect(try recovered(&recovery) == second)
    }

    @Test("of several blocks is refused, and without any") func refused() throws {
        for text in ["80 62 0001 00000010 11223344 E0 01020304", "80 62 0001 00000010 11223344"] {
            let bytes = hex(text)
            let header = try RTPHeader(parsing: bytes.span.bytes)
            #expect(throws: RTPError.self) { try REDPayload.unwrap(bytes.span.bytes, header: header) }
        }
    }

    @Test("takes any bytes") func hostile() {
        var random = RandomSource(seed: 2198)
        let seed = hex("B0 62 0001 00000010 11223344 BEDE0001 11ABCD00 60 01020304 00000003")
        for _ in 0..<mutationCount {
            let bytes = mutate(seed, with: &random)
            guard let header = try? RTPHeader(parsing: bytes.span.bytes),
                let inner = try? REDPayload.unwrap(bytes.span.bytes, header: header)
            else { continue }
            if inner.payloadRange.upperBound > bytes.count || inner.payloadType > 127 {
                Issue.record("outside of the packet")
            }
        }
    }
}
