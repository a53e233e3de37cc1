import JitterBuffer
import PeerConnection
import Primitives
import Simulation
import Testing

/// What a link that is narrow for a while is seen to carry, measured every 10 ms.
struct LinkReading: CustomStringConvertible {
    /// Share of the link's capacity used.
    var use = 0.0
    var meanQueue = Interval.zero
    /// Bits per second offered to the link in the last second before the end.
    var offered = 0.0
    var frames = 0
    var description: String {
        "used \(Int(use * 100)) %, queue \(meanQueue.milliseconds) ms, \(Int(offered / 1000)) kbit/s, \(frames) frames"
    }
}

/// A call whose encoders follow the target, over a link with `capacity` each way.
func limitedCall(
    seed: UInt64, capacity: Double?, startBitrate: Int = 600_000, maximumBitrate: Int = 1_000_000,
    oneWay: Interval = .milliseconds(25)
) -> SimulatedCall {
    followingCall(seed: seed, capacity: capacity, oneWay: oneWay) { configuration in
        configuration.startBitrate = startBitrate
        configuration.maximumBitrate = maximumBitrate
    }
}

/// The same with both sides' configurations as they are, or as `configure` makes them.
func followingCall(
    seed: UInt64, capacity: Double?, oneWay: Interval, configure: (inout PeerConfiguration) -> Void = { _ in }
) -> SimulatedCall {
    var configuration = PeerConfiguration()
    configure(&configuration)
    func endpoint(_ host: UInt32, _ which: UInt64) -> Endpoint {
        let endpoint = Endpoint(
            configuration: configuration, certificate: certificate,
            addresses: [TransportAddress(IPAddress(ipv4: host), port: 40_000)], seed: seed * 2 + which, now: .zero)
        endpoint.followsTargetBitrate = true
        endpoint.peer.addLocalAddress(endpoint.addresses[0], now: .zero)
        return endpoint
    }
    let call = SimulatedCall(
        caller: endpoint(0x0A00_0001, 0), callee: endpoint(0x0A00_0002, 1), seed: seed, now: .zero)
    call.conditions.delay = oneWay
    call.conditions.capacity = capacity
    call.begin()
    return call
}

/// Runs on and measures the caller's link.
func measure(_ call: SimulatedCall, for interval: Interval) -> LinkReading {
    var reading = LinkReading()
    let (carried, frames) = (call.bytesCarried[0], call.callee.framesReceived)
    var sum = Interval.zero
    let steps = interval.milliseconds / 10
    for _ in 0..<steps {
        call.run(for: .milliseconds(10))
        sum = sum + call.queueing(of: .caller)
    }
    let bits = Double((call.bytesCarried[0] - carried) * 8)
    reading.meanQueue = sum / steps
    reading.offered = bits / interval.seconds
    reading.use = reading.offered / (call.conditions.capacity ?? .infinity)
    reading.frames = call.callee.framesReceived - frames
    return reading
}

@Suite("A link of a known width")
struct NarrowLinkTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var seed: UInt64
        var capacity: Double
        var testDescription: String { "seed \(seed), \(Int(capacity / 1000)) kbit/s" }
    }
    static let cases = [500_000.0, 1_000_000].flatMap { capacity in
        (1...4 as ClosedRange<UInt64>).map { Case(seed: $0, capacity: capacity) }
    }

    @Test("is found within a second and a half, filled, and its queue kept short", arguments: cases)
    func narrow(_ example: Case) {
        let call = limitedCall(seed: example.seed, capacity: example.capacity, maximumBitrate: 2_500_000)
        call.run(for: .milliseconds(1_700))  // connecting takes 200 ms of it
        let sending = measure(call, for: .seconds(1))
        #expect(sending.offered <= example.capacity * (example.capacity < 600_000 ? 1 : 1.05), "\(sending)")
        #expect(Double(call.caller.targetBitrate ?? .max) < example.capacity)
        call.run(for: .seconds(10))
        let reading = measure(call, for: .seconds(5))
        #expect(reading.meanQueue <= .milliseconds(40), "\(reading)")
        #expect(reading.use >= 0.85, "\(reading)")
        #expect(reading.frames >= 145, "\(reading)")
        #expect(call.faults.isEmpty, "\(call.faults)")
    }

    @Test("is used again within six seconds of its limit's end", arguments: 1...4 as ClosedRange<UInt64>)
    func lifted(seed: UInt64) {
        let call = limitedCall(seed: seed, capacity: 2_000_000, maximumBitrate: 2_500_000)
        call.run(for: .seconds(8))
        let full = measure(call, for: .seconds(4))
        #expect(full.offered > 1_600_000, "\(full)")
        call.conditions.capacity = 500_000
        call.run(for: .seconds(10))
        let limited = measure(call, for: .seconds(5))
        #expect(limited.meanQueue <= .milliseconds(40), "\(limited)")
        #expect(limited.use >= 0.85, "\(limited)")
        call.conditions.capacity = 2_000_000
        let lifted = call.now
        call.run(until: lifted + .seconds(20)) { (call.caller.targetBitrate ?? 0) > 1_280_000 }
        let back = call.now - lifted
        #expect(back <= .seconds(6), "\(back.milliseconds) ms")
        let again = measure(call, for: .seconds(4))
        #expect(again.offered > 0.8 * full.offered, "\(again) after \(full), back after \(back.milliseconds) ms")
        #expect(call.faults.isEmpty, "\(call.faults)")
    }
}

/// A link that gets too narrow for what was sent until now, with a queue that drops what would wait longer than 300 ms.
@Suite("A link that becomes narrow")
struct NarrowingLinkTests {
    @Test("stops the picture for a moment only, and is filled", arguments: 1...8 as ClosedRange<UInt64>)
    func halved(seed: UInt64) {
        let call = limitedCall(seed: seed, capacity: 2_000_000)
        call.run(for: .seconds(10))
        let full = measure(call, for: .seconds(2))
        #expect(full.offered > 900_000, "\(full)")
        call.conditions.capacity = 500_000
        let narrowed = call.now
        var falls: Interval?
        for _ in 0..<12 {
            call.run(for: .milliseconds(250))
            if falls == nil, (call.caller.targetBitrate ?? .max) < 450_000 { falls = call.now - narrowed }
        }
        let still = call.callee.freezes.totalFreezesDuration
        let keyFrames = call.callee.keyFramesReceived
        call.run(for: .seconds(10))
        let limited = measure(call, for: .seconds(8))
        #expect(limited.use >= 0.85 && limited.meanQueue <= .milliseconds(40), "\(limited)")
        #expect(falls.map { $0 <= .milliseconds(1_500) } == true, "\(falls?.milliseconds ?? -1) ms")
        let freezing = call.callee.freezes.totalFreezesDuration - still
        #expect(freezing == 0, "\(freezing) s")
        #expect(call.callee.keyFramesReceived == keyFrames)
        // It stood while the queue was emptied and what it had dropped was made good.
        #expect(still < 2.5, "\(still) s")
        #expect(call.faults.isEmpty, "\(call.faults)")
    }
}

/// The same with nothing else between the two, and an encoder whose pictures differ in size and follow the rate slowly.
@Suite("A short link that becomes narrow")
struct ShortLinkTests {
    @Test("is filled, its queue kept short, and left at once when it is wide", arguments: 1...12 as ClosedRange<UInt64>)
    func narrowed(seed: UInt64) {
        let call = limitedCall(seed: seed, capacity: nil, oneWay: .zero)
        for side in [call.caller, call.callee] { side.followsSlowly = RandomSource(seed: seed) }
        call.run(for: .seconds(10))
        call.conditions.capacity = 500_000
        call.run(for: .milliseconds(1_500))
        let sending = measure(call, for: .seconds(1))
        #expect(sending.offered <= 505_000, "\(sending)")
        call.run(for: .milliseconds(500))
        let early = measure(call, for: .seconds(14))
        let late = measure(call, for: .seconds(5))
        #expect((14 * early.use + 5 * late.use) / 19 >= 0.85, "\(early), then \(late)")
        #expect(late.meanQueue <= .milliseconds(40), "\(late)")
        #expect(late.frames >= 145, "\(late)")
        call.conditions.capacity = nil
        let lifted = call.now
        call.run(until: lifted + .seconds(20)) { (call.caller.targetBitrate ?? 0) >= 1_000_000 }
        #expect(call.now - lifted <= .seconds(5), "\((call.now - lifted).milliseconds) ms")
        #expect(call.faults.isEmpty, "\(call.faults)")
    }
}

/// A path that takes 20 to 80 ms, each packet as it likes, and carries everything.
@Suite("A path that jitters")
struct JitteringPathTests {
    @Test("is not taken for a narrow one", arguments: 1...12 as ClosedRange<UInt64>)
    func jitter(seed: UInt64) {
        let call = limitedCall(seed: seed, capacity: nil, oneWay: .milliseconds(50))
        call.run(for: .seconds(10))
        call.conditions.delay = .milliseconds(20)
        call.conditions.jitter = .milliseconds(60)
        var (least, sum) = (Int.max, 0)
        for _ in 0..<22 {
            call.run(for: .seconds(1))
            let bitrate = call.caller.targetBitrate ?? 0
            (least, sum) = (min(least, bitrate), sum + bitrate)
        }
        #expect(least >= 650_000, "\(least)")
        #expect(sum >= 22 * 850_000, "\(sum / 22)")
        #expect(call.callee.keyFramesReceived == 1, "\(call.callee.keyFramesReceived)")
        #expect(call.faults.isEmpty, "\(call.faults)")
    }
}
