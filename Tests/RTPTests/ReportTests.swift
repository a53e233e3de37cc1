import Primitives
import RTP
import Testing

@Test func ntpTimes() {
    let time = NTPTimestamp(.zero + .milliseconds(1_500))
    #expect(time.value == 0x0000_0001_8000_0000)
    #expect(time.middle == 0x0001_8000)
    #expect(time.absoluteSendTime == 0x06_0000)
    #expect(time.interval(since: NTPTimestamp(.zero)) == .milliseconds(1_500))
    #expect(NTPTimestamp(.zero).interval(since: time) == .milliseconds(-1_500))
}

/// The example of RFC 3550 §6.4.1, figure 2: 6.125 s of which 5.250 s and the rest pass elsewhere.
@Test func roundTripOfTheExample() throws {
    // A = b710:8000, LSR = b705:2000, DLSR = 0005:4000, so 6.125 s.
    let seconds: Int64 = 0xB710
    let now = Instant.zero + .seconds(seconds) + .milliseconds(500)
    var block = report(1)
    block.lastSenderReport = 0xB705_2000
    block.delaySinceLastSenderReport = 0x0005_4000
    #expect(NTPTimestamp.roundTripTime(of: block, now: now) == .milliseconds(6_125))
    block.lastSenderReport = 0
    #expect(NTPTimestamp.roundTripTime(of: block, now: now) == nil)
    block.lastSenderReport = 0xB711_0000  // a peer that claims the future
    #expect(NTPTimestamp.roundTripTime(of: block, now: now) == nil)
}

@Test func senderReportCarriesTheTimeOn() throws {
    var state = SenderState(clockRate: 90_000)
    check(state.information(now: .zero) == nil)
    state.sent(timestamp: 0xFFFF_FFFF, capturedAt: .zero + .seconds(1), payloadSize: 100)
    state.sent(timestamp: 0xFFFF_FFFF, capturedAt: .zero + .seconds(1), payloadSize: 50)
    let information = state.information(now: .zero + .milliseconds(1_500))
    #expect(information?.rtpTimestamp == 44_999)
    #expect(information?.packetCount == 2 && information?.octetCount == 150)
}

@Test func lossFractionCountsSinceTheLastReport() throws {
    var state = ReceptionState(clockRate: 90_000)
    var unwrapper = SequenceUnwrapper()
    check(state.reportBlock(ssrc: 1, now: .zero) == nil)
    for i in 0..<UInt16(100) where i % 4 != 1 {
        state.received(sequence: unwrapper.unwrap(65_500 &+ i), timestamp: UInt32(i), arrival: .zero)
    }
    let first = state.reportBlock(ssrc: 1, now: .zero)
    #expect(first?.cumulativeLost == 25 && first?.fractionLost == 64)
    #expect(first?.extendedHighestSequenceNumber == UInt32(0x1_003F))
    for i in 100..<UInt16(150) {
        state.received(sequence: unwrapper.unwrap(65_500 &+ i), timestamp: UInt32(i), arrival: .zero)
    }
    let second = state.reportBlock(ssrc: 1, now: .zero)
    #expect(second?.cumulativeLost == 25 && second?.fractionLost == 0)
    // A peer that sends everything ten times has lost less than nothing.
    for _ in 0..<10 {
        for i in 0..<UInt16(150) {
            state.received(sequence: unwrapper.unwrap(65_500 &+ i), timestamp: UInt32(i), arrival: .zero)
        }
    }
    let third = state.reportBlock(ssrc: 1, now: .zero)
    #expect(third?.cumulativeLost == 25 - 1500 && third?.fractionLost == 0)
}

@Test func delaySinceLastReport() throws {
    var state = ReceptionState(clockRate: 48_000)
    state.received(sequence: 1, timestamp: 0, arrival: .zero)
    let information = SenderInformation(
        ntp: NTPTimestamp(value: 0xAABB_CCDD_EEFF_0011), rtpTimestamp: 0, packetCount: 0, octetCount: 0)
    state.receivedSenderReport(information, at: .zero + .seconds(2))
    let block = state.reportBlock(ssrc: 1, now: .zero + .milliseconds(2_250))
    #expect(block?.lastSenderReport == 0xCCDD_EEFF)
    #expect(block?.delaySinceLastSenderReport == 0x4000)
}

/// Against the formula of RFC 3550 §6.4.1 in floating point.
@Test func jitterFollowsTheFormula() {
    var random = RandomSource(seed: 5)
    var state = ReceptionState(clockRate: 48_000)
    var expected = 0.0
    var lastTransit: Double?
    for i in 0..<2_000 {
        let arrival = Int64(i) * 20_000 + Int64.random(in: 0..<8_000, using: &random)
        let timestamp = UInt32(truncatingIfNeeded: 0xFFFF_0000 + i * 960)
        state.received(sequence: Int64(i), timestamp: timestamp, arrival: .zero + .microseconds(arrival))
        let transit = Double(arrival) * 0.048 - Double(i * 960)
        if let lastTransit { expected += (abs(transit - lastTransit) - expected) / 16 }
        lastTransit = transit
    }
    #expect(abs(Double(state.jitter) - expected) < 2)
    #expect(abs(state.jitterSeconds - expected / 48_000) < 0.000_1)
}
