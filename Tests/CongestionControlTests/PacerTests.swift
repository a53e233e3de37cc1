import CongestionControl
import Primitives
import Testing

@Suite("When video leaves")
struct PacerTests {
    private func pacer(packets: Int) -> Pacer {
        var pacer = Pacer(bitrate: 800_000, capacity: 64)
        // The first frame leaves in a burst.
        _ = pacer.queueVideo(.init(sequenceNumber: 0, size: 1_000, queuedAt: .zero))
        _ = pacer.next(now: .zero)
        for number in 1...UInt16(packets) {
            _ = pacer.queueVideo(.init(sequenceNumber: number, size: 1_000, queuedAt: .zero))
        }
        return pacer
    }

    /// Packets that left, and when the last one did.
    private func drain(_ pacer: inout Pacer, until end: Instant) -> (count: Int, last: Instant) {
        var (count, now, last) = (0, Instant.zero, Instant.zero)
        while now <= end {
            while pacer.next(now: now) != nil { (count, last) = (count + 1, now) }
            now += .milliseconds(1)
        }
        return (count, last)
    }

    @Test("it leaves faster than the bit rate, and no faster while a queue is emptied")
    func heldBack() {
        var free = pacer(packets: 10)
        #expect(drain(&free, until: .zero + .seconds(1)).last < .zero + .milliseconds(50))
        var held = pacer(packets: 10)
        held.isHeldBack = true
        // 80,000 bits at 800 kbit/s.
        #expect(drain(&held, until: .zero + .seconds(1)).last >= .zero + .milliseconds(85))
    }

    @Test("a probe is as long as it has to be, however much sound leaves beside it")
    func probe() {
        var controller = CongestionController(startBitrate: 300_000, minimumBitrate: 100_000, maximumBitrate: 3_000_000)
        guard let probe = controller.takeProbe(waiting: 3_000, now: .zero) else {
            Issue.record("the first frame is a probe")
            return
        }
        var pacer = pacer(packets: 3)
        pacer.begin(probe, now: .zero)
        for _ in 0..<20 { pacer.sentUnpaced(size: 1_000, now: .zero) }
        #expect(pacer.probe != nil)
        let departures = drain(&pacer, until: .zero + .seconds(1)).count
        #expect(departures >= 8, "\(departures)")
        #expect(pacer.probe == nil)
    }
}
