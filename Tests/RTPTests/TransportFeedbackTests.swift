import Primitives
import RTP
import Testing

/// The statuses of the only packet in `bytes`: number and arrival.
private func statuses(_ bytes: [UInt8]) -> [(UInt16, Interval?)] {
    var reader = RTCPReader(bytes.span.bytes)
    var result: [(UInt16, Interval?)] = []
    while let packet = reader.next() {
        guard var feedback = packet.transportFeedback() else { continue }
        while let status = feedback.next() { result.append((status.sequenceNumber, status.arrival)) }
        check(feedback.error == nil)
    }
    check(reader.error == nil)
    return result
}

/// The chunks drawn in the draft, §3.1.3 and §3.1.4, with small deltas of 4 ticks.
@Test(arguments: [
    ("00DD", 221, [Int]()), ("9F1C", 14, [1, 2, 3, 4, 5, 9, 10, 11]), ("CD50", 7, [2, 3, 4]), ("2003", 3, [0, 1, 2]),
])
func chunksOfTheDraft(chunk: String, count: Int, received: [Int]) {
    // A status of the reserved value counts as not received, as the second of CD50 does.
    var body = hex("8FCD0000 00000001 00000002 FFFF 0000 000003 07" + chunk)
    body[14] = UInt8(count >> 8)
    body[15] = UInt8(count & 255)
    body += [UInt8](repeating: 4, count: received.count)
    while body.count % 4 != 0 { body.append(0) }
    body[3] = UInt8(body.count / 4 - 1)
    let all = statuses(body)
    #expect(all.count == count)
    let numbers = all.compactMap { $0.1 == nil ? nil : Int($0.0 &+ 1) }
    #expect(numbers == received)
    let first = all.compactMap(\.1).first
    #expect(received.isEmpty || first == .milliseconds(3 * 64 + 1))
}

@Test func negativeReferenceAndDelta() {
    let bytes = hex("8FCD0005 00000001 00000002 0001 0001 FFFFFF 00 4001 FFFC")
    let all = statuses(bytes)
    #expect(all.count == 1)
    #expect(all.first?.1 == .milliseconds(-65))
}

@Test(arguments: 0..<40)
func arrivalsReadBack(seed: Int) throws {
    var random = RandomSource(seed: UInt64(seed))
    var builder = TransportFeedbackBuilder()
    var truth: [UInt16: Int64] = [:]
    var now = Instant.zero + .seconds(Int64.random(in: 0..<100_000, using: &random))
    let start = UInt16.random(in: .min ... .max, using: &random)
    let loss = Double.random(in: 0..<0.9, using: &random)
    for i in 0..<UInt16(1000) {
        now += .microseconds(Int64.random(in: -300..<20_000, using: &random) * (random.chance(0.02) ? 50 : 1))
        if random.chance(loss) { continue }
        builder.received(start &+ i, at: now)
        truth[start &+ i] = now.nanoseconds / 250_000
    }
    var seen: [UInt16: Int64] = [:]
    var packets = 0
    while builder.isPending {
        let bytes = try compound { writer in builder.write(to: &writer, senderSSRC: 1, mediaSSRC: 2) }
        guard !bytes.isEmpty else { break }
        packets += 1
        for (number, arrival) in statuses(bytes) {
            guard let arrival else { continue }
            #expect(seen[number] == nil)
            seen[number] = arrival.nanoseconds / 250_000
        }
    }
    #expect(packets >= 2)
    // The reference time has 24 bits of 64 ms.
    let period: Int64 = 1 << 32
    for (number, ticks) in truth { #expect(((seen[number] ?? -1) - ticks) % period == 0) }
    #expect(seen.count == truth.count)
}

@Test func lateAndDuplicatePacketsAreReportedOnce() throws {
    var builder = TransportFeedbackBuilder()
    for number in [10, 11, 13, 13] { builder.received(UInt16(number), at: .zero + .milliseconds(Int64(number))) }
    let first = try compound { builder.write(to: &$0, senderSSRC: 1, mediaSSRC: 2) }
    let before = statuses(first).filter { $0.1 != nil }.map(\.0)
    #expect(before == [10, 11, 13])
    #expect(!builder.isPending)
    builder.received(12, at: .zero + .milliseconds(20))
    let second = try compound { builder.write(to: &$0, senderSSRC: 1, mediaSSRC: 2) }
    let after = statuses(second).filter { $0.1 != nil }.map(\.0)
    #expect(after == [12, 13])
}

@Test func jumpsAreBounded() throws {
    var builder = TransportFeedbackBuilder()
    var random = RandomSource(seed: 3)
    for i in 0..<20_000 {
        builder.received(
            UInt16.random(in: .min ... .max, using: &random), at: Instant(nanoseconds: Int64(i) * 1_000_000))
        if i % 50 == 0 {
            for _ in 0..<40 where builder.isPending {
                let bytes = try compound { builder.write(to: &$0, senderSSRC: 1, mediaSSRC: 2) }
                #expect(bytes.count <= 1200)
                _ = statuses(bytes)
            }
            #expect(!builder.isPending)
        }
    }
}

@Test(arguments: [
    "8FCD0004 00000001 00000002 0001 FFFF 000001 00",  // more statuses than we read
    "8FCD0004 00000001 00000002 0001 0001 000001 00",  // no chunk
    "8FCD0005 00000001 00000002 0001 0004 000001 00 0000 0000",  // runs of nothing
])
func feedbackWithoutItsChunks(text: String) throws {
    let bytes = hex(text)
    var reader = RTCPReader(bytes.span.bytes)
    let packet = reader.next()
    check(packet?.kind == .transportFeedback)
    let isRead = packet?.transportFeedback() != nil
    #expect(!isRead)
}

@Test func missingDeltaIsAnError() throws {
    let bytes = hex("8FCD0005 00000001 00000002 0001 0003 000001 00 2003 0101")
    var reader = RTCPReader(bytes.span.bytes)
    var count = 0
    var error: RTPError?
    if let packet = reader.next(), var feedback = packet.transportFeedback() {
        while feedback.next() != nil { count += 1 }
        error = feedback.error
    }
    #expect(count == 2)
    #expect(error == .truncated)
}

/// 24 bits that start anew every 64 seconds, either way.
@Test func sendTimesGoOn() {
    var unwrapper = SendTimeUnwrapper()
    let start = unwrapper.unwrap(0xFF_FFFF)
    let later = unwrapper.unwrap(0x03_FFFF)
    #expect(later - start == .seconds(1))
    let back = unwrapper.unwrap(0xFB_FFFF)
    #expect(back - start == .seconds(-1))
    var long = SendTimeUnwrapper()
    var last = long.unwrap(0)
    for number in 1...1_000 as ClosedRange<UInt32> {
        let next = long.unwrap((number &* 0x04_0000 &* 31) & 0xFF_FFFF)
        #expect(next - last == .seconds(31))
        last = next
    }
}
