import JitterBuffer
import Primitives
import RTP
import Testing

/// A stream of 20 ms Opus packets through a path with a given delay, played every 10 ms or 20 ms of a player's clock.
private struct AudioCall: ~Copyable {
    var buffer: AudioJitterBuffer
    let pool = BufferPool(slotCount: 300, slotSize: 256)
    var unwrapper = SequenceUnwrapper()
    /// Microseconds on the receiver's clock, and what is still buffered in the player.
    var now: Int64 = 0
    var nextPull: Int64 = 0
    var pending: [(at: Int64, number: Int)] = []
    var sent = 0
    var played: [Int] = []
    var concealments = 0
    var recoverable = 0
    var silences = 0
    /// Receiver microseconds per sender packet; the player's per 20 ms.
    var packetPeriod = 20_000.0
    var playerPeriod = 20_000.0
    var firstNumber: UInt16 = 65_530
    var timestampOffset = 0
    var isDiscontinuous = false
    /// What a packet lasts.
    var samples = 960

    init(_ configuration: AudioJitterConfiguration = AudioJitterConfiguration()) {
        buffer = AudioJitterBuffer(configuration: configuration)
    }

    mutating func insert(_ number: Int, at: Int64) {
        guard var slot = try? pool.take() else { return }
        var writer = RTPHeaderWriter(ssrc: 1, payloadType: 111, sequenceNumber: 0, extensions: .init(), mid: nil)
        writer.sequenceNumber = firstNumber &+ UInt16(truncatingIfNeeded: number)
        let timestamp = UInt32(truncatingIfNeeded: 0xFFFF_FF00 + number * samples + timestampOffset)
        _ = writer.write(into: &slot, marker: false, timestamp: timestamp)
        // Code 3: CELT frames of 10 ms, as many as are wanted; code 0: one of 20 ms.
        var payload: [UInt8] = samples == 960 ? [31 << 3] : [30 << 3 | 3, UInt8(samples / 480)]
        if !isDiscontinuous { payload += (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) } }
        slot.append(payload.span.bytes)
        guard let header = try? RTPHeader(parsing: slot.bytes) else { return }
        let sequence = unwrapper.unwrap(header.sequenceNumber)
        _ = buffer.insert(slot, header: header, sequence: sequence, arrival: Instant(nanoseconds: at * 1000))
    }

    /// Plays what is due at `now`.
    mutating func pull() {
        let instant = Instant(nanoseconds: nextPull * 1000)
        let taken: Int
        switch buffer.next(now: instant) {
        case .packet(let packet, let header, let timing):
            let number = packet.bytes.bigEndian(UInt32.self, at: header.payloadRange.upperBound - 4)
            played.append(Int(number?.byteSwapped ?? 0))
            // A pitch period of 5 ms, or two when there is haste.
            let scaled =
                timing.surplus == 0 ? 0 : timing.surplus < 0 ? 240 : timing.surplus < 2_880 ? -240 : -480
            buffer.scaled(by: scaled)
            taken = samples + scaled
        case .conceal(let count, let following):
            concealments += 1
            if following {
                recoverable += 1
                check(buffer.withFollowingPayload { $0.byteCount } != nil)
            }
            taken = count
        case .silence(let count):
            silences += 1
            taken = count
        }
        check(taken > 0)
        nextPull += Int64(Double(taken) * playerPeriod / 960)
    }

    /// Runs until `end` microseconds; `delay` tells each packet's in microseconds, nil for a loss.
    mutating func run(until end: Int64, delay: (Int) -> Int64?) {
        while now < end {
            let sendTime = Int64(Double(sent) * packetPeriod)
            let arrival = pending.first?.at ?? .max
            now = min(sendTime, arrival, nextPull)
            if now >= end { break }
            if now == sendTime {
                if let delay = delay(sent) {
                    pending.append((now + delay, sent))
                    pending.sort { $0 < $1 }
                }
                sent += 1
            } else if now == arrival {
                let packet = pending.removeFirst()
                insert(packet.number, at: packet.at)
            } else {
                pull()
            }
        }
    }

    var isInOrder: Bool { zip(played, played.dropFirst()).allSatisfy { $0 < $1 } }
    var delay: Int64 { buffer.currentDelay.milliseconds }
    var target: Int64 { buffer.targetDelay.milliseconds }
}

@Test func aSteadyStreamIsPlayedWhole() {
    var call = AudioCall()
    call.run(until: 10_000_000) { _ in 30_000 }
    check(call.isInOrder && call.played.first == 0)
    check(call.played.count >= 495)
    check(call.concealments == 0)
    check(call.delay <= 40)
    check(call.buffer.statistics.jitterBufferEmittedCount == UInt64(call.played.count * 960))
    check(call.pool.inUse <= 4)
}

@Test(arguments: 0..<30)
func jitterLossAndDisorder(seed: Int) {
    var random = RandomSource(seed: UInt64(seed))
    let jitter = [5_000, 30_000, 80_000, 150_000, 300_000][seed % 5] as Int64
    let loss = [0, 0.02, 0.1][seed % 3]
    var call = AudioCall()
    call.run(until: 30_000_000) { _ in random.chance(loss) ? nil : 20_000 + Int64.random(in: 0...jitter, using: &random)
    }
    check(call.isInOrder)
    check(Set(call.played).count == call.played.count)
    // Once settled, only what is lost, and the two in a hundred that come last, is missing.
    let settled = call.played.filter { $0 >= 300 }.count
    let share = Double(settled) / Double(max(1, (call.played.last ?? 0) - 299))
    #expect(share > 0.94 - loss, "\(share)")
    check(call.delay <= jitter / 1000 + 60)
    check(call.delay >= 0)
    if loss > 0 { check(call.recoverable > 0) }
}

@Test func duplicatesAndLatePacketsAreCounted() {
    var call = AudioCall()
    call.run(until: 2_000_000) { _ in 10_000 }
    let before = call.played.count
    call.insert(call.sent - 1, at: call.now)
    call.insert(call.sent - 1, at: call.now)
    call.insert(call.sent - 20, at: call.now)
    check(call.buffer.statistics.duplicatePackets + call.buffer.statistics.latePackets == 3)
    check(call.buffer.statistics.latePackets >= 1)
    call.run(until: 3_000_000) { _ in 10_000 }
    check(call.isInOrder && call.played.count >= before + 48)
}

@Test func singleLossOffersTheFollowingPacket() {
    var call = AudioCall()
    call.run(until: 4_000_000) { $0 % 50 == 25 ? nil : 10_000 }
    check(call.concealments == 4 && call.recoverable == 4)
    check(call.buffer.statistics.concealmentEvents == 4)
    check(call.buffer.statistics.concealedSamples == 4 * 960)
}

@Test func delayReturnsAfterABadSpell() {
    var call = AudioCall()
    call.run(until: 5_000_000) { _ in 20_000 }
    let calm = call.delay
    var random = RandomSource(seed: 4)
    call.run(until: 9_000_000) { _ in 20_000 + Int64.random(in: 0...300_000, using: &random) }
    check(call.delay > 150)
    call.run(until: 17_000_000) { _ in 20_000 }
    check(call.delay <= calm + 35)
    check(call.buffer.statistics.removedSamplesForAcceleration > 0)
    let count = call.played.count
    call.run(until: 18_000_000) { _ in 20_000 }
    check(call.played.count >= count + 49)
}

@Test func aBurstAfterAStallIsBounded() {
    var call = AudioCall()
    call.run(until: 3_000_000) { _ in 20_000 }
    // Nothing for 1.5 s, then all of it at once.
    call.run(until: 4_500_000) { number in max(20_000, 4_500_000 - Int64(number) * 20_000) }
    call.run(until: 4_600_000) { _ in 20_000 }
    check(call.pool.inUse <= 40)
    check(call.delay <= 720)
    call.run(until: 14_000_000) { _ in 20_000 }
    check(call.delay <= 75)
    check(call.isInOrder)
}

/// Four hours in all with clocks that differ: no growth, no run of gaps.
@Test(arguments: [(1.0002, 1.0), (0.9998, 1.0), (1.0, 1.0002), (1.0, 0.9998)])
func skewedClocksKeepTheDelay(sender: Double, player: Double) {
    var call = AudioCall()
    call.packetPeriod = 20_000 * sender
    call.playerPeriod = 20_000 * player
    var random = RandomSource(seed: 6)
    var highest: Int64 = 0
    for minute in 1...60 {
        call.played.removeAll(keepingCapacity: true)
        call.run(until: Int64(minute) * 60_000_000) { _ in 20_000 + Int64.random(in: 0...10_000, using: &random) }
        highest = max(highest, call.delay)
        check(call.isInOrder)
        check(call.played.count > 2_950)
    }
    #expect(highest <= 80, "\(highest)")
    check(call.pool.inUse <= 6)
    // 200 ppm of an hour are 0.72 s: no more is left out or put in than that, twice over.
    let moved =
        call.buffer.statistics.removedSamplesForAcceleration + call.buffer.statistics.insertedSamplesForDeceleration
    #expect(moved + call.buffer.statistics.concealedSamples < 48_000 * 3 / 2)
}

/// Eight hours: the delay of every minute is that of the first, and as much is scaled as the clocks differ by.
@Test(arguments: [1.0002, 0.9998]) func eightHoursOfSkewedClocks(sender: Double) {
    var call = AudioCall()
    call.packetPeriod = 20_000 * sender
    var random = RandomSource(seed: 16)
    var (least, most): (Int64, Int64) = (.max, 0)
    for minute in 1...480 {
        call.played.removeAll(keepingCapacity: true)
        call.run(until: Int64(minute) * 60_000_000) { _ in 20_000 + Int64.random(in: 0...10_000, using: &random) }
        (least, most) = (min(least, call.delay), max(most, call.delay))
        check(call.isInOrder)
        check(call.pool.inUse <= 5)
    }
    print("delay \(least)...\(most) ms in eight hours at \(sender)")
    #expect(most - least <= 20, "\(least)...\(most)")
    #expect(most <= 50)
    let statistics = call.buffer.statistics
    let moved = Int(statistics.insertedSamplesForDeceleration) - Int(statistics.removedSamplesForAcceleration)
    let expected = Int((sender - 1) * 8 * 3_600 * 48_000)
    #expect(abs(moved - expected) < 20_000, "\(moved) for \(expected)")
    #expect(statistics.concealedSamples < 48_000 * 5)
}

/// A radio that looks around every five seconds and holds all packets for 180 ms meanwhile: 4 of 100 packets and less.
@Test func stallsThatComeAgainAreWaitedFor() {
    var call = AudioCall()
    func delay(_ number: Int) -> Int64 {
        let time = Int64(number) * 20_000 % 5_000_000
        return time < 180_000 ? 200_000 - time : 20_000
    }
    call.run(until: 21_000_000, delay: delay)
    let before = call.buffer.statistics.concealmentEvents
    call.run(until: 61_000_000, delay: delay)
    check(call.buffer.statistics.concealmentEvents <= before + 1)
    check(call.target <= 240)
    // Over: nothing of it is left after twice the distance and the forgetting.
    call.run(until: 80_000_000) { _ in 20_000 }
    #expect(call.delay <= 50, "\(call.delay)")
}

/// Packets of other lengths: the delay is what the path needs, whatever they last.
@Test(arguments: [480, 960, 1_920, 2_880]) func anyLengthOfPacket(samples: Int) {
    var call = AudioCall()
    call.samples = samples
    call.packetPeriod = Double(samples) / 0.048
    call.run(until: 20_000_000) { $0 % 40 == 39 ? nil : 20_000 + Int64($0 * 7 % 4) * 3_000 }
    check(call.isInOrder)
    check(call.delay <= 60)
    let lost = UInt64(call.sent / 40 * samples)
    check(call.buffer.statistics.concealedSamples <= lost + 4_800)
}

/// Two seconds of talk, four of silence with a near-empty packet every 400 ms, and talk again: the timestamps jump, the
/// numbers do not.
@Test func silenceOfTheSenderIsNotLoss() {
    var call = AudioCall()
    let talk = (0..<100).map { Int64($0) * 20 }
    let quiet = (0..<10).map { 2_000 + Int64($0) * 400 }
    let again = (0..<100).map { 6_000 + Int64($0) * 20 }
    var loud: [Int] = []
    for (number, time) in (talk + quiet + again).enumerated() {
        while call.nextPull < (time + 20) * 1000 { call.pull() }
        call.isDiscontinuous = (2_000..<6_000).contains(time)
        call.timestampOffset = Int(time) * 48 - number * 960
        call.insert(number, at: (time + 20) * 1000)
        if !call.isDiscontinuous { loud.append(number) }
    }
    while call.pool.inUse > 0 { call.pull() }
    check(call.buffer.statistics.concealedSamples == 0)
    check(call.silences > 300)
    let heard = call.played.filter { $0 > 0 && !(100..<110).contains($0) }
    #expect(Set(heard).isSuperset(of: loud.dropFirst()))
    check(call.delay <= 60)
}

@Test func senderStartingAnewIsFollowed() {
    var call = AudioCall()
    call.run(until: 2_000_000) { _ in 20_000 }
    call.firstNumber = 20_000
    call.timestampOffset = 1_000_000_007
    let before = call.sent
    call.run(until: 4_000_000) { _ in 20_000 }
    check(call.buffer.statistics.restarts >= 1)
    check(call.played.filter { $0 > before }.count > 90)
}

@Test func timestampsAloneStartingAnew() {
    var call = AudioCall()
    call.run(until: 2_000_000) { _ in 20_000 }
    call.timestampOffset = -1_000_000_007
    let before = call.sent
    call.run(until: 4_000_000) { _ in 20_000 }
    check(call.played.filter { $0 > before }.count > 90)
    check(call.delay <= 60)
}

@Test func endOfTheStreamFadesToSilence() {
    var call = AudioCall()
    call.run(until: 2_000_000) { _ in 20_000 }
    call.run(until: 8_000_000) { _ in nil }
    check(call.buffer.statistics.silentConcealedSamples > 0)
    check(call.silences > 300)
    check(call.pool.inUse == 0)
    call.run(until: 10_000_000) { _ in 20_000 }
    check((call.played.last ?? 0) > 490)
    check(call.delay <= 60)
}

@Test func thePlayerIsToldHowMuchIsTooMuch() {
    var call = AudioCall()
    call.buffer.minimumPlayoutDelay = .milliseconds(200)
    for i in 0..<30 { call.insert(i, at: Int64(i) * 20_000) }
    var surplus: [Int] = []
    for now in [200, 200, 900] {
        if case .packet(_, _, let timing) = call.buffer.next(now: milliseconds(Int64(now))) {
            surplus.append(timing.surplus)
        }
    }
    // The third lasts from 40 ms on and should be played 200 ms after that.
    #expect(surplus == [0, 0, 660 * 48])
}

@Test func delayForVideoIsTakenUp() {
    var call = AudioCall()
    call.run(until: 2_000_000) { _ in 20_000 }
    call.buffer.minimumPlayoutDelay = .milliseconds(150)
    call.run(until: 6_000_000) { _ in 20_000 }
    check((130...190).contains(call.delay))
    call.buffer.minimumPlayoutDelay = .zero
    call.run(until: 12_000_000) { _ in 20_000 }
    check(call.delay <= 60)
}

@Test func hostileAudioStaysBounded() throws {
    var random = RandomSource(seed: 12)
    let pool = BufferPool(slotCount: 300, slotSize: 64)
    var buffer = AudioJitterBuffer()
    var unwrapper = SequenceUnwrapper()
    for i in 0..<100_000 {
        let now = Instant(nanoseconds: Int64(i) * 1_000_000)
        var slot = try pool.take()
        var writer = RTPHeaderWriter(ssrc: 1, payloadType: 111, sequenceNumber: 0, extensions: .init(), mid: nil)
        let near = UInt16(truncatingIfNeeded: i / 20) &+ UInt16.random(in: 0..<30, using: &random)
        writer.sequenceNumber = random.chance(0.01) ? .random(in: .min ... .max, using: &random) : near
        let stamp = UInt32(truncatingIfNeeded: i * 48) &+ UInt32.random(in: 0..<2_000, using: &random)
        let time = random.chance(0.01) ? UInt32.random(in: .min ... .max, using: &random) : stamp
        _ = writer.write(into: &slot, marker: false, timestamp: time)
        let payload = (0..<Int.random(in: 0..<5, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        slot.append(payload.span.bytes)
        let header = try RTPHeader(parsing: slot.bytes)
        _ = buffer.insert(slot, header: header, sequence: unwrapper.unwrap(header.sequenceNumber), arrival: now)
        check(pool.inUse <= 256)
        if i % 10 == 0 {
            let samples: Int =
                switch buffer.next(now: now) {
                case .packet: 1
                case .conceal(let samples, _): samples
                case .silence(let samples): samples
                }
            check(samples > 0 && samples <= OpusPayload.maximumSamples)
        }
        check(buffer.targetDelay <= .milliseconds(500) && buffer.targetDelay >= .milliseconds(20))
    }
    buffer.reset()
    check(pool.inUse == 0)
}

/// A path that is cut comes back to a sender that went on, or paused, or paused with its clock.
@Test(arguments: [1, 5, 20, 60], [0, 1, 2])
func aStreamGoesOnAfterACut(seconds: Int, sender: Int) {
    var call = AudioCall()
    call.run(until: 10_000_000) { _ in 30_000 }
    let (gone, before) = (call.sent, call.played.count)
    let lost = seconds * 50
    call.run(until: 10_000_000 + Int64(seconds) * 1_000_000) { _ in nil }
    // Its numbers went on while nothing came; or they did not, and its clock either did or not.
    if sender > 0 {
        call.firstNumber &-= UInt16(truncatingIfNeeded: call.sent - gone)
        if sender == 2 { call.timestampOffset = -960 * (call.sent - gone) }
    }
    call.run(until: 10_000_000 + Int64(seconds) * 1_000_000 + 2_000_000) { _ in 30_000 }
    let heard = call.played[before...].filter { $0 >= gone + lost }
    #expect(heard.count >= 75, "\(heard.count) of 100 packets were heard in the two seconds after the cut")
}
