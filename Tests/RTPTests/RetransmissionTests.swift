import Primitives
import RTP
import Testing

private func due(_ nacks: inout NACKGenerator, at milliseconds: Int64) -> [UInt16] {
    var numbers: [UInt16] = []
    while let pair = nacks.nextPair(now: .zero + .milliseconds(milliseconds)) {
        for i in 0..<17 { if let number = pair.sequenceNumber(i) { numbers.append(number) } }
    }
    return numbers
}

@Test func reorderingIsNotAskedFor() {
    var nacks = NACKGenerator()
    nacks.received(10, now: .zero)
    nacks.received(12, now: .zero)
    check(due(&nacks, at: 0).isEmpty)
    let wasMissing = nacks.received(11, now: .zero + .milliseconds(1))
    #expect(wasMissing)
    #expect(nacks.missingCount == 0 && nacks.nextDeadline == .distantFuture)
}

@Test func lossIsAskedForOncePerRoundTripThenGivenUp() {
    var nacks = NACKGenerator()
    nacks.roundTripTime = .milliseconds(50)
    nacks.received(10, now: .zero)
    nacks.received(13, now: .zero)
    #expect(nacks.nextDeadline == .zero + .milliseconds(10))
    check(due(&nacks, at: 0) == [11])  // two later ones have come
    check(due(&nacks, at: 5).isEmpty)
    check(due(&nacks, at: 10) == [12])
    var asked = 0
    var lastTime: Int64 = 0
    for time in stride(from: Int64(11), to: 5_000, by: 1) {
        let numbers = due(&nacks, at: time)
        guard numbers.contains(11) else { continue }
        #expect(time - lastTime >= 50)
        lastTime = time
        asked += 1
    }
    #expect(asked == Int(NACKGenerator.maximumTries) - 1)
    #expect(nacks.missingCount == 0)
    let gaveUp = nacks.takeGivenUp(), again = nacks.takeGivenUp()
    #expect(gaveUp && !again)
}

@Test func aRequestThatMayBeLostIsRepeatedAtOnce() {
    var nacks = NACKGenerator()
    (nacks.roundTripTime, nacks.repetition) = (.milliseconds(100), .milliseconds(20))
    nacks.received(10, now: .zero)
    nacks.received(12, now: .zero)
    let times = stride(from: 0, to: 400, by: 1).filter { due(&nacks, at: Int64($0)) == [11] }
    #expect(Array(times.prefix(4)) == [10, 30, 140, 160])
}

/// Each fifth packet comes 25 ms after it is missed: the first ones are asked for in vain, later ones waited for.
@Test func aPathThatReordersIsLearnt() {
    var nacks = NACKGenerator()
    nacks.roundTripTime = .milliseconds(100)
    nacks.received(0, now: .zero)
    var early = 0
    var late = 0
    for number in 1..<1_000 as Range<Int64> {
        let now = Instant.zero + .milliseconds(number * 5)
        if number % 5 != 0 { nacks.received(number, now: now) }
        if number > 5, (number - 5) % 5 == 0, number >= 10 { nacks.received(number - 5, now: now) }
        let asked = due(&nacks, at: number * 5).count
        if number < 50 { early += asked } else { late += asked }
    }
    #expect(early >= 1)
    #expect(late == 0)
    // What is really lost is asked for all the same.
    nacks.received(2_000 - 900, now: .zero + .seconds(6))
    #expect(!due(&nacks, at: 6_100).isEmpty)
}

@Test func gapLargerThanTheListNeedsAKeyFrame() {
    var nacks = NACKGenerator(capacity: 100)
    nacks.received(10, now: .zero)
    nacks.received(111, now: .zero)
    #expect(nacks.missingCount == 100)
    nacks.received(113, now: .zero)
    #expect(nacks.missingCount == 0)
    let gaveUp = nacks.takeGivenUp()
    #expect(gaveUp)
    nacks.discard(before: .max)
}

@Test func discardForgetsWhatIsBefore() {
    var nacks = NACKGenerator()
    nacks.received(1, now: .zero)
    nacks.received(10, now: .zero)
    nacks.discard(before: 7)
    check(due(&nacks, at: 50) == [7, 8, 9])
}

@Test func aSenderThatStartsAnewIsFollowed() {
    var nacks = NACKGenerator(capacity: 64)
    nacks.received(100_000, now: .zero)
    nacks.received(70_000, now: .zero)
    nacks.received(70_001, now: .zero)
    nacks.received(70_004, now: .zero)
    #expect(nacks.missingCount == 2)
}

@Test func hostileSequencesKeepTheListBounded() {
    var nacks = NACKGenerator(capacity: 64)
    var unwrapper = SequenceUnwrapper()
    var random = RandomSource(seed: 11)
    for i in 0..<20_000 {
        let now = Instant(nanoseconds: Int64(i) * 100_000)
        nacks.received(unwrapper.unwrap(UInt16.random(in: .min ... .max, using: &random)), now: now)
        _ = due(&nacks, at: now.nanoseconds / 1_000_000)
        #expect(nacks.missingCount <= 64)
    }
}

/// A stream of `count` packets of 1000 bytes, kept by a cache.
private func filledCache(
    _ count: Int, pool: BufferPool, isNonReference: (Int) -> Bool = { _ in false }
) throws -> RetransmissionCache {
    var cache = RetransmissionCache(capacity: 64)
    var writer = RTPHeaderWriter(
        ssrc: 1, payloadType: 96, sequenceNumber: 0, extensions: .init(mid: 1), mid: .init("v"))
    let payload = [UInt8](repeating: 7, count: 980)
    for i in 0..<count {
        var buffer = try pool.take()
        _ = writer.write(into: &buffer, marker: i % 2 == 0, timestamp: UInt32(i))
        buffer.append(payload.span.bytes)
        let header = try RTPHeader(parsing: buffer.bytes)
        cache.store(buffer, header: header, isNonReference: isNonReference(i), now: .zero)
    }
    return cache
}

@Test func cacheIsBoundedAndAnswersThreeTimes() throws {
    let pool = BufferPool(slotCount: 70, slotSize: 1536)
    var cache = try filledCache(200, pool: pool)
    #expect(cache.count == 64 && pool.inUse == 64)
    let rtt = Interval.milliseconds(40)
    var decisions: [RetransmissionCache.Decision] = []
    for time in [0, 10, 40, 80, 120] {
        decisions.append(cache.request(150, now: .zero + .milliseconds(Int64(time)), roundTripTime: rtt))
    }
    #expect(decisions == [.granted, .tooSoon, .granted, .granted, .exhausted])
    check(cache.request(100, now: .zero, roundTripTime: rtt) == .unknown)
    check(cache.request(200, now: .zero, roundTripTime: rtt) == .unknown)
    cache.removeAll()
    #expect(pool.inUse == 0)
    check(cache.request(150, now: .zero, roundTripTime: rtt) == .unknown)
}

@Test func whatNothingDependsOnIsSentAgainOnlyInTimeAndNeverTwice() throws {
    let pool = BufferPool(slotCount: 70, slotSize: 1536)
    var cache = try filledCache(64, pool: pool) { $0 % 2 == 1 }
    let rtt = Interval.milliseconds(40)
    func at(_ time: Int64) -> Instant { .zero + .milliseconds(time) }
    for number in [1, 2] as [UInt16] { cache.departed(number, now: at(100)) }
    check(cache.request(1, now: at(200), roundTripTime: rtt) == .granted)
    check(cache.request(1, now: at(270), roundTripTime: rtt) == .granted)
    check(!cache.takeDouble(1, roundTripTime: .milliseconds(300)))
    check(cache.request(1, now: at(281), roundTripTime: rtt) == .tooSoon)
    check(cache.request(1, now: at(320), roundTripTime: rtt) == .tooLate)
    check(cache.request(2, now: at(320), roundTripTime: rtt) == .granted)
    check(!cache.takeDouble(2, roundTripTime: rtt))
    check(cache.request(2, now: at(360), roundTripTime: rtt) == .granted)
    check(cache.takeDouble(2, roundTripTime: rtt))
}

@Test func whereARoundTripIsLongTheFirstAnswerGoesTwice() throws {
    let pool = BufferPool(slotCount: 70, slotSize: 1536)
    var cache = try filledCache(64, pool: pool) { $0 == 5 }
    let rtt = Interval.milliseconds(200)
    for number in [4, 5] as [UInt16] {
        check(cache.request(number, now: .zero, roundTripTime: rtt) == .granted)
        check(cache.takeDouble(number, roundTripTime: rtt) == (number == 4))
    }
    #expect(cache.retransmittedPackets == 3)
}

@Test func whereMuchIsLostTheFirstAnswerGoesTwiceFromHalfOfTheCredit() throws {
    let pool = BufferPool(slotCount: 70, slotSize: 1536)
    var cache = try filledCache(64, pool: pool) { _ in false }
    let rtt = Interval.milliseconds(100)
    check(cache.request(0, now: .zero, roundTripTime: rtt) == .granted)
    check(!cache.takeDouble(0, roundTripTime: rtt))
    var doubled = 0
    for number in 1..<64 as Range<UInt16> {
        guard cache.request(number, now: .zero, roundTripTime: rtt) == .granted else { break }
        if cache.takeDouble(number, roundTripTime: rtt, isSpendable: true) { doubled += 1 }
    }
    #expect((10...14).contains(doubled), "\(doubled)")
}

@Test func theLastHalfOfTheCreditIsForWhatOthersDependOn() throws {
    let pool = BufferPool(slotCount: 70, slotSize: 1536)
    var cache = try filledCache(64, pool: pool) { $0 % 2 == 1 }
    var granted = (upper: 0, base: 0)
    for number in stride(from: UInt16(1), to: 64, by: 2) {
        for time in [0, 50, 100] where granted.upper < 200 {
            let now = Instant.zero + .milliseconds(Int64(time))
            if cache.request(number, now: now, roundTripTime: .zero) == .granted { granted.upper += 1 }
        }
    }
    check(cache.request(63, now: .zero + .milliseconds(150), roundTripTime: .zero) == .spared)
    for number in stride(from: UInt16(0), to: 64, by: 2) {
        if cache.request(number, now: .zero, roundTripTime: .zero) == .granted { granted.base += 1 }
    }
    #expect((20...26).contains(granted.upper), "\(granted)")
    #expect((20...26).contains(granted.base), "\(granted)")
}

@Test func retransmissionReadsBackAsTheOriginal() throws {
    let pool = BufferPool(slotCount: 70, slotSize: 1536)
    let cache = try filledCache(10, pool: pool)
    var stream = RetransmissionStream(ssrc: 77, payloadType: 97, sequenceNumber: 0x9234)
    var original = try pool.take(), wrapped = try pool.take()
    let copied = cache.copy(4, into: &original)
    let done = cache.wrap(4, into: &wrapped, stream: &stream)
    #expect(copied && done && stream.sequenceNumber == 0x1235)
    let header = try RTPHeader(parsing: wrapped.bytes)
    #expect(header.ssrc == 77 && header.payloadType == 97 && header.sequenceNumber == 0x1234 && header.marker)
    #expect(wrapped.bytes.bigEndian(UInt16.self, at: header.payloadRange.lowerBound) == 4)
    let restored = RetransmissionStream.unwrap(&wrapped, header: header, originalSSRC: 1, originalPayloadType: 96)
    #expect(restored != nil)
    #expect(wrapped.bytes.toArray() == original.bytes.toArray())
    let reread = try RTPHeader(parsing: original.bytes)
    #expect(restored == reread)
}

@Test func probesCarryNothing() throws {
    for text in ["80610001 00000000 00000001", "A0610001 00000000 00000001 AA 01", "A0610001 00000000 00000001 0002"] {
        var buffer = try packet(hex(text))
        let header = try RTPHeader(parsing: buffer.bytes)
        let restored = RetransmissionStream.unwrap(&buffer, header: header, originalSSRC: 1, originalPayloadType: 96)
        #expect(restored == nil)
    }
}

@Test func paddedRetransmissionLosesItsPadding() throws {
    var buffer = try packet(hex("A0E10001 00000009 0000004D 0007 AABB 000003"))
    let header = try RTPHeader(parsing: buffer.bytes)
    let restored = RetransmissionStream.unwrap(&buffer, header: header, originalSSRC: 1, originalPayloadType: 96)
    #expect(restored?.sequenceNumber == 7)
    #expect(buffer.bytes.toArray() == hex("80E00007 00000009 00000001 AABB"))
}

@Test func nackStormsStayWithinAFifth() throws {
    let pool = BufferPool(slotCount: 600, slotSize: 1536)
    var cache = RetransmissionCache(capacity: 512)
    var writer = RTPHeaderWriter(ssrc: 1, payloadType: 96, sequenceNumber: 0, extensions: .init(), mid: nil)
    let payload = [UInt8](repeating: 7, count: 1188)
    var sent = 0
    for i in 0..<20_000 {
        let now = Instant(nanoseconds: Int64(i) * 5_000_000)
        var buffer = try pool.take()
        guard let number = writer.write(into: &buffer, marker: true, timestamp: 0) else { break }
        buffer.append(payload.span.bytes)
        sent += buffer.count
        cache.store(buffer, header: try RTPHeader(parsing: buffer.bytes), now: now)
        for back in 0..<UInt16(50) { _ = cache.request(number &- back, now: now, roundTripTime: .zero) }
    }
    #expect(cache.retransmittedBytes <= UInt64(sent / 5 + RetransmissionCache.burst))
    #expect(cache.retransmittedBytes >= UInt64(sent / 6))
    #expect(cache.refused > 900_000)
}

@Test func keyFrameRequestsArePaced() {
    var limiter = KeyFrameRequestLimiter()
    var passed = 0
    for time in stride(from: Int64(0), to: 5_000, by: 1) where limiter.request(now: .zero + .milliseconds(time)) {
        passed += 1
    }
    #expect(passed == 10)
    #expect(limiter.suppressed == 4_990)
    #expect(limiter.nextDeadline == .zero + .milliseconds(5_000))
    let early = limiter.takeDue(now: .zero + .milliseconds(4_999)), due = limiter.takeDue(now: .zero + .seconds(5))
    #expect(!early && due)
    #expect(limiter.nextDeadline == .distantFuture)
    var filter = FullIntraRequestFilter()
    let news = [3, 3, 4, 4, 3].map { filter.isNew($0) }
    #expect(news == [true, false, true, false, true])
}
