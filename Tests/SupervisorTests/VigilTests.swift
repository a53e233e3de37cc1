import Primitives
import Supervisor
import Testing

@Suite struct VigilTests {
    private func at(_ seconds: Int64) -> Instant { .zero + .seconds(seconds) }

    @Test func everyLoopMustGoRound() {
        var watch = LoopWatch(["main", "media", "screen"], now: .zero)
        #expect(watch.stuck(at: at(5)).isEmpty)
        for second in 1...20 {
            watch.beat("main", at: at(Int64(second)))
            watch.beat("screen", at: at(Int64(second)))
        }
        #expect(watch.stuck(at: at(20)) == ["media"])
        watch.beat("media", at: at(21))
        #expect(watch.stuck(at: at(21)).isEmpty)
        #expect(watch.stuck(at: at(60)) == ["main", "media", "screen"])
    }

    @Test func aProcessThatDiesYoungIsStartedEverLater() {
        var pacing = RestartPacing()
        var now = Instant.zero
        var pauses: [Int64] = []
        for _ in 0..<4 {
            let pause = pacing.ended(startedAt: now, now: now + .milliseconds(10))
            pauses.append(pause.milliseconds)
            now += pause + .milliseconds(10)
        }
        #expect(pauses == [100, 200, 400, 800])
        #expect(!pacing.isLooping)
        // The fifth death within a minute: one start in 30 s from here on.
        #expect(pacing.ended(startedAt: now, now: now) == .seconds(30))
        #expect(pacing.isLooping)
        now += .seconds(90)
        #expect(pacing.ended(startedAt: now, now: now + .seconds(1)) == .seconds(30))
        // One that lived is the end of the loop.
        now += .seconds(90)
        #expect(pacing.ended(startedAt: now, now: now + .seconds(100)) == .milliseconds(100))
        #expect(!pacing.isLooping)
    }

    @Test func deathsFarApartAreNoLoop() {
        var pacing = RestartPacing()
        var now = Instant.zero
        for _ in 0..<100 {
            #expect(pacing.ended(startedAt: now, now: now + .seconds(20)) == .milliseconds(100))
            now += .seconds(20)
        }
        #expect(!pacing.isLooping)
    }
}
