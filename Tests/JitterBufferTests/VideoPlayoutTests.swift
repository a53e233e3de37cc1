import JitterBuffer
import Primitives
import Testing

@Suite("When video is seen") struct VideoPlayoutTests {
    /// A frame each `interval` of a sender whose clock is off by so many millionths; `late` says how much longer one takes.
    private func play(
        _ playout: inout VideoPlayout, from first: Int = 0, frames: Int, interval: Interval = .nanoseconds(33_333_333),
        drift: Double = 0, late: (Int) -> Interval
    ) -> [Interval] {
        var waits: [Interval] = []
        for number in first..<first + frames {
            let captured = interval * Int64(number)
            let timestamp = UInt32(
                truncatingIfNeeded: Int64(Double(captured.nanoseconds) * (1 + drift * 1e-6) * 9 / 100_000))
            let complete = Instant.zero + captured + .milliseconds(50) + late(number)
            waits.append(playout.due(timestamp: timestamp, completeAt: complete) - complete)
        }
        return waits
    }

    @Test("nothing waits on a path that is even")
    func even() {
        var playout = VideoPlayout()
        let waits = play(&playout, frames: 300) { _ in .zero }
        #expect(waits.allSatisfy { $0 <= .milliseconds(2) })
    }

    @Test("frames that were repaired no longer show, and what is waited for is forgotten")
    func repaired() {
        var playout = VideoPlayout()
        _ = play(&playout, frames: 300) { $0 % 8 == 0 ? .milliseconds(120) : .zero }
        #expect(playout.delay >= .milliseconds(115) && playout.delay <= .milliseconds(135))
        let waits = play(&playout, from: 300, frames: 100) { $0 % 8 == 0 ? .milliseconds(120) : .zero }
        #expect(waits.allSatisfy { $0 >= .zero })
        #expect(waits.enumerated().allSatisfy { ($0 + 300) % 8 == 0 || $1 >= .milliseconds(110) })
        _ = play(&playout, from: 400, frames: 900) { _ in .zero }
        #expect(playout.delay < .milliseconds(10))
    }

    @Test("what is rarely late for long is not seen to be missing, and that is forgotten")
    func rare() {
        var playout = VideoPlayout()
        let late = { (number: Int) -> Interval in number % 300 == 299 ? .milliseconds(260) : .zero }
        _ = play(&playout, frames: 330, late: late)
        #expect(playout.delay == .milliseconds(140))
        let waits = play(&playout, from: 330, frames: 270, late: late)
        // Seen 120 ms after the others: no pause (FreezeWatch).
        #expect(waits[269] == .zero && waits[268] == .milliseconds(140))
        _ = play(&playout, from: 600, frames: 450 + 150) { _ in .zero }
        #expect(playout.delay < .milliseconds(10))
    }

    @Test("nothing waits longer than the bound, whatever the path does")
    func bounded() {
        var playout = VideoPlayout()
        let waits = play(&playout, frames: 600) { $0 % 3 == 0 ? .milliseconds(900) : .zero }
        #expect(waits.allSatisfy { $0 <= VideoPlayout.maximumDelay && $0 >= .zero })
    }

    @Test("nothing adds up in eight hours, whichever clock is the faster", arguments: [-200.0, 200])
    func drift(millionths: Double) {
        var playout = VideoPlayout()
        var random = RandomSource(seed: 5)
        var longest = Interval.zero
        let lateness = { (_: Int) -> Interval in .milliseconds(Int64.random(in: 0...20, using: &random)) }
        for hour in 0..<8 {
            let waits = play(
                &playout, from: hour * 18_000, frames: 18_000, interval: .milliseconds(200), drift: millionths,
                late: lateness)
            longest = max(longest, waits.max() ?? .zero)
        }
        #expect(longest <= .milliseconds(40), "\(longest.milliseconds) ms")
    }

    @Test("time stamps that are made up wait no longer than the bound", arguments: 0..<20 as Range<UInt64>)
    func hostile(seed: UInt64) {
        var playout = VideoPlayout()
        var random = RandomSource(seed: seed)
        var now = Instant.zero
        for _ in 0..<2_000 {
            now += .milliseconds(Int64.random(in: 0...40, using: &random))
            let due = playout.due(timestamp: UInt32(truncatingIfNeeded: random.next()), completeAt: now)
            #expect(due >= now && due <= now + VideoPlayout.maximumDelay)
        }
    }

    @Test("a picture that stands still is counted, one that is slow is not")
    func freezes() {
        var watch = FreezeWatch()
        var now = Instant.zero
        for number in 0..<200 {
            now += number == 100 ? .milliseconds(400) : .milliseconds(33)
            watch.shown(at: now)
        }
        #expect(watch.freezeCount == 1)
        #expect(abs(watch.totalFreezesDuration - 0.4) < 1e-6)
        watch.restart()
        now += .seconds(10)
        for _ in 0..<100 {
            now += .milliseconds(200)
            watch.shown(at: now)
        }
        #expect(watch.freezeCount == 1)
    }
}
