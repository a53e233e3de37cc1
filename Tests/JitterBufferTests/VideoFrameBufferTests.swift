import JitterBuffer
import Primitives
import RTP
import Testing

/// Seeded paths without loss: everything comes, late, twice and in disorder, with numbers that wrap.
@Test(arguments: 0..<60)
func disorderLosesNothing(seed: Int) throws {
    var random = RandomSource(seed: UInt64(seed))
    var sender = VideoSender(sequenceNumber: 65_500)
    var receiver = VideoReceiver()
    var path: [(at: Int64, order: Int, bytes: [UInt8])] = []
    for frame in 0..<60 {
        var packets = try sender.send(isKeyFrame: frame == 0, size: Int.random(in: 1..<3000, using: &random))
        if random.chance(0.2) { packets.append(try sender.sendPadding()) }
        for packet in packets {
            // The first packet leads, for what comes before a stream's first is not known to be missing.
            let delay = path.isEmpty ? 0 : Int64.random(in: 0..<100, using: &random)
            path.append((Int64(frame * 33) + delay, path.count, packet.bytes))
            if random.chance(0.1) { path.append((Int64(frame * 33) + delay + 7, path.count, packet.bytes)) }
        }
    }
    path.sort { ($0.at, $0.order) < ($1.at, $1.order) }
    for step in path {
        receiver.receive(step.bytes, now: milliseconds(step.at))
        receiver.drain(sender, now: milliseconds(step.at))
    }
    #expect(receiver.delivered == Array(0..<60))
    #expect(receiver.buffer.count == 0 && receiver.packets.inUse == 0)
    #expect(receiver.buffer.statistics.framesDropped == 0)
}

/// Seeded paths with loss, NACK, retransmission over the same path, and key frames on request.
@Test(arguments: 0..<60)
func lossHealsAndTheStreamGoesOn(seed: Int) throws {
    var random = RandomSource(seed: UInt64(1000 + seed))
    let loss = [0.01, 0.05, 0.2, 0.5][seed % 4]
    var sender = VideoSender(sequenceNumber: UInt16.random(in: .min ... .max, using: &random))
    var receiver = VideoReceiver()
    receiver.buffer.maximumWait = .milliseconds(200)
    var sent: [UInt16: [UInt8]] = [:]
    var inFlight: [(at: Int64, bytes: [UInt8])] = []
    var keyFrameAt: Int64? = 0
    var asked = KeyFrameRequestLimiter(interval: .milliseconds(200))
    for now in Int64(0)..<6000 {
        let instant = milliseconds(now)
        // The last second is free of loss, so that the end can be judged.
        let lossNow = now < 5000 ? loss : 0
        if now % 33 == 0 {
            let isKey = keyFrameAt.map { now >= $0 } ?? false
            if isKey { keyFrameAt = nil }
            for packet in try sender.send(isKeyFrame: isKey, size: Int.random(in: 1..<2500, using: &random)) {
                let header = try RTPHeader(parsing: packet.bytes.span.bytes)
                sent[header.sequenceNumber] = packet.bytes
                if random.chance(lossNow) { continue }
                inFlight.append((now + Int64.random(in: 10..<25, using: &random), packet.bytes))
            }
        }
        for packet in inFlight where packet.at == now { receiver.receive(packet.bytes, now: instant) }
        inFlight.removeAll { $0.at <= now }
        receiver.drain(sender, now: instant)
        while let pair = receiver.nacks.nextPair(now: instant) {
            for i in 0..<17 {
                guard let number = pair.sequenceNumber(i), let bytes = sent[number], !random.chance(lossNow) else {
                    continue
                }
                inFlight.append((now + 30, bytes))
            }
        }
        if receiver.buffer.needsKeyFrame(now: instant), asked.request(now: instant) { keyFrameAt = now + 15 }
        #expect(receiver.buffer.count <= 512)
    }
    let last = sender.frames.count - 1
    #expect((receiver.delivered.last ?? 0) >= last - 2, "the stream recovered")
    if loss <= 0.05 { #expect(receiver.delivered.count > sender.frames.count * 9 / 10) }
    #expect(receiver.nacks.missingCount == 0)
}

@Test func framesComeOutAtOnce() throws {
    var sender = VideoSender(sequenceNumber: 0)
    var receiver = VideoReceiver()
    let first = try sender.send(isKeyFrame: true, size: 500)
    receiver.receive(first[0].bytes, now: milliseconds(0))
    receiver.drain(sender, now: milliseconds(0))
    #expect(receiver.delivered.isEmpty)
    receiver.receive(first[1].bytes, now: milliseconds(3))
    receiver.drain(sender, now: milliseconds(3))
    #expect(receiver.delivered == [0])
}

/// Packets of forward error correction have numbers of the stream, between frames or inside one; some of them are lost.
@Test func packetsThatRepairAreNoPartOfAFrame() throws {
    var sender = VideoSender(sequenceNumber: 65_530)
    var receiver = VideoReceiver()
    for number in 0..<12 {
        let now = milliseconds(Int64(number) * 33)
        var isFirst = true
        for packet in try sender.send(isKeyFrame: number == 0, size: 700) {
            var bytes = packet.bytes
            // As if one of them had left before the rest of the frame.
            let shift: UInt16 = isFirst ? 0 : 1
            let numbered = UInt16(bytes[2]) << 8 | UInt16(bytes[3])
            let own = numbered &+ UInt16(number * 2) &+ shift
            (bytes[2], bytes[3]) = (UInt8(own >> 8), UInt8(own & 255))
            receiver.receive(bytes, now: now)
            if isFirst { receiver.receiveParity(own &+ 1, timestamp: sender.timestamp(number), now: now) }
            isFirst = false
            receiver.drain(sender, now: now)
            if bytes[1] & 0x80 != 0, number % 3 != 0 {
                receiver.receiveParity(own &+ 1, timestamp: sender.timestamp(number), now: now)
            }
        }
    }
    #expect(receiver.delivered == Array(0..<12))
    #expect(receiver.buffer.statistics.framesDropped == 0)
}

@Test func startNeedsAKeyFrame() throws {
    var sender = VideoSender(sequenceNumber: 100)
    var receiver = VideoReceiver()
    check(!receiver.buffer.needsKeyFrame(now: milliseconds(0)))
    for packet in try sender.send(isKeyFrame: false, size: 500) { receiver.receive(packet.bytes, now: milliseconds(0)) }
    receiver.drain(sender, now: milliseconds(0))
    check(!receiver.buffer.needsKeyFrame(now: milliseconds(1)))
    check(receiver.buffer.nextDeadline == milliseconds(20))
    receiver.drain(sender, now: milliseconds(20))
    check(receiver.buffer.needsKeyFrame(now: milliseconds(20)))
    for packet in try sender.send(isKeyFrame: true, size: 500) { receiver.receive(packet.bytes, now: milliseconds(50)) }
    receiver.drain(sender, now: milliseconds(50))
    check(!receiver.buffer.needsKeyFrame(now: milliseconds(50)))
    #expect(receiver.delivered == [1])
    check(receiver.buffer.count == 0)
}

@Test func aGapIsWaitedForAndThenGivenUp() throws {
    var sender = VideoSender(sequenceNumber: 65_535)
    var receiver = VideoReceiver()
    var packets: [VideoSender.Packet] = []
    for frame in 0..<10 { packets += try sender.send(isKeyFrame: frame == 0 || frame == 8, size: 100) }
    func give(_ indices: Range<Int>, at now: Int64) {
        for i in indices { receiver.receive(packets[i].bytes, now: milliseconds(now)) }
        receiver.drain(sender, now: milliseconds(now))
    }
    give(0..<2, at: 0)
    give(3..<7, at: 100)  // 2 is missing
    #expect(receiver.delivered == [0, 1])
    // It might have been of a layer that nothing depends on.
    check(receiver.buffer.nextDeadline == milliseconds(120))
    receiver.drain(sender, now: milliseconds(120))
    #expect(receiver.delivered == [0, 1])
    check(receiver.buffer.nextDeadline == milliseconds(500))
    receiver.drain(sender, now: milliseconds(499))
    check(!receiver.buffer.needsKeyFrame(now: milliseconds(499)))
    receiver.drain(sender, now: milliseconds(500))
    check(receiver.buffer.needsKeyFrame(now: milliseconds(500)))
    give(7..<10, at: 600)
    #expect(receiver.delivered == [0, 1, 8, 9])
    check(receiver.buffer.statistics.framesDropped == 5)
    give(2..<3, at: 700)
    check(receiver.buffer.statistics.latePackets == 1)
    #expect(receiver.packets.inUse == 0)
}

@Test func aKeyFrameIsNotKeptWaiting() throws {
    var sender = VideoSender(sequenceNumber: 1)
    var receiver = VideoReceiver()
    var packets: [VideoSender.Packet] = []
    for frame in 0..<4 { packets += try sender.send(isKeyFrame: frame == 0 || frame == 3, size: 100) }
    for i in [0, 2, 3] { receiver.receive(packets[i].bytes, now: milliseconds(5)) }
    receiver.drain(sender, now: milliseconds(5))
    #expect(receiver.delivered == [0, 3])
}

@Test func lostPaddingDoesNotStopTheStream() throws {
    var sender = VideoSender(sequenceNumber: 1)
    var receiver = VideoReceiver()
    var packets = try sender.send(isKeyFrame: true, size: 100)
    _ = try sender.sendPadding()
    packets += try sender.send(isKeyFrame: false, size: 100)
    for packet in packets { receiver.receive(packet.bytes, now: milliseconds(5)) }
    receiver.drain(sender, now: milliseconds(5))
    #expect(receiver.delivered == [0, 1])
}

/// One packet a frame with two temporal layers: I, tl0, layer and sync bit.
private func layered(_ number: Int, level: UInt8, layer: UInt8, sync: Bool, isKeyFrame: Bool) -> [UInt8] {
    let frame = vp8Frame(number: number, isKeyFrame: isKeyFrame, size: 20)
    let sequence = UInt8(number)
    return [0x80, 0xE0, 0, sequence, 0, 0, UInt8(number >> 4), UInt8(truncatingIfNeeded: number << 4), 0, 0, 0, 1]
        + [0x90, 0xE0, UInt8(number), level, layer << 6 | (sync ? 0x20 : 0)] + frame
}

@Test func upperLayersMayBeMissing() throws {
    var receiver = VideoReceiver()
    var stamps: [UInt32] = []
    func give(_ packet: [UInt8], at now: Int64) {
        receiver.receive(packet, now: milliseconds(now))
        while let frame = receiver.buffer.next(now: milliseconds(now)) { stamps.append(frame.timestamp >> 4) }
    }
    give(layered(1, level: 0, layer: 0, sync: false, isKeyFrame: true), at: 0)
    // 2, of layer 1, is lost.
    give(layered(3, level: 1, layer: 0, sync: false, isKeyFrame: false), at: 10)
    #expect(stamps == [1])
    check(receiver.buffer.nextDeadline == milliseconds(30))
    while let frame = receiver.buffer.next(now: milliseconds(30)) { stamps.append(frame.timestamp >> 4) }
    #expect(stamps == [1, 3])
    // 4 is lost and 5 follows on it; 6, of the base layer, does not.
    give(layered(5, level: 1, layer: 1, sync: false, isKeyFrame: false), at: 40)
    give(layered(6, level: 2, layer: 0, sync: false, isKeyFrame: false), at: 41)
    give(layered(7, level: 2, layer: 1, sync: true, isKeyFrame: false), at: 65)
    #expect(stamps == [1, 3, 6, 7])
    // 8, of the base layer, is lost: nothing goes on.
    give(layered(9, level: 4, layer: 0, sync: false, isKeyFrame: false), at: 100)
    give(layered(10, level: 4, layer: 1, sync: true, isKeyFrame: false), at: 140)
    #expect(stamps == [1, 3, 6, 7])
}

/// Each is waited for from when it was missed, though another is being waited for then: the delay does not add up.
@Test func anUpperLayerThatNeverComesDelaysByNoMoreThanItIsWaitedFor() throws {
    var receiver = VideoReceiver()
    receiver.buffer.layerWait = .milliseconds(120)
    var latest: Int64 = 0
    var delivered = 0
    func drain(at now: Int64) {
        while let frame = receiver.buffer.next(now: milliseconds(now)) {
            delivered += 1
            latest = max(latest, now - (frame.firstPacketArrival - .zero).milliseconds)
        }
    }
    for level in 0..<60 as Range<Int> {
        let now = Int64(level) * 66
        receiver.receive(
            layered(1 + 2 * level, level: UInt8(level), layer: 0, sync: false, isKeyFrame: level == 0),
            now: milliseconds(now))
        for time in now..<now + 66 { drain(at: time) }
        check(receiver.buffer.nextDeadline > milliseconds(now + 65))
    }
    #expect(delivered >= 58)
    #expect(latest <= 121, "\(latest) ms")
}

@Test(arguments: 0..<8)
func frameSlotsThatRunOut(slots: Int) throws {
    var sender = VideoSender(sequenceNumber: 1)
    var receiver = VideoReceiver(frameSlots: slots)
    var held: [Int] = []
    for frame in 0..<40 {
        let now = milliseconds(Int64(frame) * 33)
        let isKey = frame == 0 || receiver.buffer.needsKeyFrame(now: now)
        for packet in try sender.send(isKeyFrame: isKey, size: 500) { receiver.receive(packet.bytes, now: now) }
        if frame % 4 == 0 { receiver.drain(sender, now: now) } else { held.append(frame) }
        receiver.drain(sender, now: now)
    }
    #expect(slots == 0 ? receiver.delivered.isEmpty : receiver.delivered.count == 40)
    #expect(slots > 0 || receiver.buffer.statistics.poolRefusals > 0)
    #expect(receiver.frames.inUse == 0)
}

@Test func aStuckDecoderCostsFramesNotOrder() throws {
    var sender = VideoSender(sequenceNumber: 1)
    var receiver = VideoReceiver(frameSlots: 1)
    var hostage: [BufferPool] = [receiver.frames]
    let taken = try hostage.removeFirst().take()
    for frame in 0..<10 {
        let now = milliseconds(Int64(frame) * 33)
        for packet in try sender.send(isKeyFrame: frame == 0, size: 500) { receiver.receive(packet.bytes, now: now) }
        receiver.drain(sender, now: now)
    }
    #expect(receiver.delivered.isEmpty)
    _ = consume taken
    receiver.drain(sender, now: milliseconds(340))
    #expect(receiver.delivered == Array(0..<10))
}

@Test func frameLargerThanASlotIsDropped() throws {
    var sender = VideoSender(sequenceNumber: 1)
    var receiver = VideoReceiver(frameSize: 1000)
    for packet in try sender.send(isKeyFrame: true, size: 2000) { receiver.receive(packet.bytes, now: milliseconds(1)) }
    receiver.drain(sender, now: milliseconds(1))
    for packet in try sender.send(isKeyFrame: true, size: 900) { receiver.receive(packet.bytes, now: milliseconds(2)) }
    for packet in try sender.send(isKeyFrame: false, size: 1200) {
        receiver.receive(packet.bytes, now: milliseconds(3))
    }
    receiver.drain(sender, now: milliseconds(3))
    #expect(receiver.delivered == [1])
    check(receiver.buffer.statistics.oversizedFrames == 2)
    check(receiver.buffer.needsKeyFrame(now: milliseconds(3)))
    #expect(receiver.packets.inUse == 0 && receiver.frames.inUse == 0)
}

@Test func aSenderThatStartsAnewIsFollowed() throws {
    var sender = VideoSender(sequenceNumber: 40_000)
    var receiver = VideoReceiver()
    for packet in try sender.send(isKeyFrame: true, size: 500) { receiver.receive(packet.bytes, now: milliseconds(0)) }
    receiver.drain(sender, now: milliseconds(0))
    for start in [UInt16(10_000), 30_000] {
        sender.writer.sequenceNumber = start
        for packet in try sender.send(isKeyFrame: true, size: 900) {
            receiver.receive(packet.bytes, now: milliseconds(9))
        }
        for packet in try sender.send(isKeyFrame: true, size: 900) {
            receiver.receive(packet.bytes, now: milliseconds(9))
        }
        receiver.drain(sender, now: milliseconds(9))
    }
    #expect(receiver.delivered.last == 4)
}

/// Arbitrary numbers, stamps and payloads: bounded, no trap, no slot lost.
@Test func hostilePacketsStayBounded() throws {
    var random = RandomSource(seed: 77)
    var receiver = VideoReceiver(capacity: 64, packetSlots: 70, frameSlots: 2, frameSize: 2000)
    var sender = VideoSender(sequenceNumber: 5)
    var unwrapper = SequenceUnwrapper()
    var base = try sender.send(isKeyFrame: true, size: 200) + sender.send(isKeyFrame: false, size: 700)
    base.append(try sender.sendPadding())
    for i in 0..<100_000 {
        let now = Instant(nanoseconds: Int64(i) * 500_000)
        var bytes = base[i % base.count].bytes
        let near = UInt16(truncatingIfNeeded: i / 3) &+ UInt16.random(in: 0..<40, using: &random)
        let number = random.chance(0.02) ? UInt16.random(in: .min ... .max, using: &random) : near
        (bytes[2], bytes[3]) = (UInt8(number >> 8), UInt8(truncatingIfNeeded: number))
        if random.chance(0.5) { bytes[7] = UInt8.random(in: 0..<4, using: &random) }
        if random.chance(0.5) { bytes[1] ^= 0x80 }
        if random.chance(0.3) {
            bytes[12 + Int.random(in: 0..<6, using: &random)] = .random(in: 0...255, using: &random)
        }
        var slot = try receiver.packets.take()
        slot.copy(from: bytes.span.bytes)
        let header = try RTPHeader(parsing: slot.bytes)
        _ = receiver.buffer.insert(slot, header: header, sequence: unwrapper.unwrap(number), arrival: now)
        while let frame = receiver.buffer.next(now: now) { check(frame.buffer.count <= 2000) }
        check(receiver.buffer.nextDeadline > now)
        check(receiver.packets.inUse <= 64)
    }
    receiver.buffer.reset()
    check(receiver.packets.inUse == 0 && receiver.frames.inUse == 0)
}
