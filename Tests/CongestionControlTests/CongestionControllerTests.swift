import CongestionControl
import Primitives
import Testing

private func controller(start: Int = 1_000_000) -> CongestionController {
    CongestionController(startBitrate: start, minimumBitrate: 100_000, maximumBitrate: 2_000_000)
}

@Suite("What may be sent")
struct CongestionControllerTests {
    @Test("nobody's feedback changes nothing")
    func silence() {
        #expect(controller().targetBitrate == 1_000_000)
    }

    @Test("a link that carries all is filled, and its queue stays empty")
    func plenty() {
        var link = Link(controller(), capacity: 10_000_000)
        link.run(seconds: 15)
        #expect(link.run(seconds: 5) > 1_900_000)
        #expect(link.longestWait < .milliseconds(20))
    }

    @Test("a narrow link is found within five seconds, filled, and not queued on", arguments: [300_000.0, 500_000])
    func narrow(capacity: Double) {
        var link = Link(controller(), capacity: capacity)
        link.run(seconds: 5)
        let rate = link.run(seconds: 20)
        #expect(rate > 0.7 * capacity)
        #expect(link.longestWait < .milliseconds(200))
    }

    @Test("a step down is followed within three seconds, and the way back found again")
    func step() {
        var link = Link(controller(start: 1_500_000), capacity: 2_200_000)
        link.run(seconds: 10)
        link.capacity = 500_000
        link.run(seconds: 3)
        #expect(link.controller.targetBitrate < 520_000)
        link.run(seconds: 10)
        #expect(link.run(seconds: 5) > 350_000)
        link.capacity = 2_200_000
        link.run(seconds: 25)
        #expect(link.run(seconds: 5) > 1_400_000)
    }

    @Test(
        "losses without a queue cost little at two percent and are obeyed at twenty",
        arguments: 1...5 as ClosedRange<UInt64>)
    func losses(seed: UInt64) {
        var light = Link(controller(), capacity: 10_000_000, seed: seed)
        light.loss = 0.01
        light.run(seconds: 20)
        #expect(light.controller.targetBitrate > 1_500_000)
        var heavy = Link(controller(), capacity: 10_000_000, seed: seed)
        heavy.loss = 0.25
        heavy.run(seconds: 10)
        #expect(heavy.controller.targetBitrate < 700_000)
        #expect((0.1...0.4).contains(heavy.controller.lossFraction))
    }

    @Test("jitter that reorders is taken for neither a queue nor a loss", arguments: 1...20 as ClosedRange<UInt64>)
    func jitter(seed: UInt64) {
        var link = Link(controller(), capacity: 10_000_000, seed: seed)
        link.run(seconds: 15)
        link.jitter = .milliseconds(60)
        var least = Int.max
        for _ in 0..<30 {
            link.run(seconds: 1)
            least = min(least, link.controller.targetBitrate)
        }
        #expect(least >= 1_500_000, "\(least)")
        #expect(link.controller.lossFraction < 0.05)
    }

    @Test("a narrow link that jitters is found all the same", arguments: 1...20 as ClosedRange<UInt64>)
    func narrowWithJitter(seed: UInt64) {
        var link = Link(controller(), capacity: 600_000, seed: seed)
        link.jitter = .milliseconds(40)
        link.run(seconds: 5)
        let rate = link.run(seconds: 20)
        #expect(rate > 0.8 * 600_000, "\(rate)")
        #expect(link.longestWait < .milliseconds(250), "\(link.longestWait)")
    }

    @Test("the rate that emptied a queue is not kept when it is empty", arguments: 1...20 as ClosedRange<UInt64>)
    func resumption(seed: UInt64) {
        var link = Link(controller(), capacity: 3_000_000, seed: seed)
        link.jitter = .milliseconds(2)
        link.run(seconds: 15)
        link.capacity = 500_000
        link.run(seconds: 3)
        let rate = link.run(seconds: 2)
        #expect(rate > 0.85 * 500_000, "\(rate)")
        #expect(link.longestWait < .milliseconds(100), "\(link.longestWait)")
    }

    @Test("the peer's own limit holds at once and is lifted at once")
    func requested() {
        var link = Link(controller(), capacity: 10_000_000)
        link.run(seconds: 15)
        link.controller.request(300_000)
        #expect(link.controller.targetBitrate == 300_000)
        link.controller.request(0)
        #expect(link.controller.targetBitrate == 100_000)
        link.controller.request(5_000_000)
        #expect(link.controller.targetBitrate > 1_000_000)
    }

    @Test(
        "feedback that is made up traps nothing and leaves the target within its bounds",
        arguments: 0..<50 as Range<UInt64>)
    func hostile(seed: UInt64) {
        var random = RandomSource(seed: seed)
        var one = controller()
        var now = Instant.zero
        for number in 0..<5000 as Range<UInt16> {
            now += .microseconds(Int64.random(in: 0...20_000, using: &random))
            one.sent(number &* 13 &+ number, size: Int.random(in: 0...1500, using: &random), at: now)
            let arrival: Interval? =
                switch random.next() % 4 {
                case 0: nil
                case 1: .microseconds(Int64.random(in: -1_000_000_000...1_000_000_000_000, using: &random))
                case 2: .microseconds(Int64(truncatingIfNeeded: random.next()) / 1000)
                default: now - Instant.zero
                }
            one.feedback(UInt16(truncatingIfNeeded: random.next()), arrival: arrival)
            one.feedback(number, arrival: arrival)
            one.concludeFeedback(
                roundTripTime: .microseconds(Int64.random(in: 0...9_000_000, using: &random)), now: now)
            #expect((100_000...2_000_000).contains(one.targetBitrate))
        }
    }
}
