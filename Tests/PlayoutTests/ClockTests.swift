import Codecs
import JitterBuffer
import Playout
import Primitives
import RTP
import Testing

/// Clocks that differ, and pictures to be in step with.
@Suite struct ClockTests {
    /// Ten minutes with real Opus; `JitterBufferTests` has eight hours without.
    @Test(arguments: [200, -200]) func aSenderOffBy200PartsInAMillion(parts: Int) throws {
        let talk = try Talk(Talk.speech(seconds: 20, seed: 4), .init())
        let listener = try Listener()
        listener.keeps = false
        listener.packetTime = 20_000 * (1 + Double(parts) / 1e6)
        var random = RandomSource(seed: 4)
        var delays: [Int64] = []
        for _ in 0..<30 {
            listener.run(talk.packets) { _ in 20_000 + Int64.random(in: 0...10_000, using: &random) }
            delays.append(listener.delay)
        }
        #expect(delays.allSatisfy { (15...50).contains($0) }, "\(delays)")
        let statistics = listener.statistics
        // 200 ppm of ten minutes are 5 760 samples.
        let moved = Int(statistics.insertedSamplesForDeceleration) - Int(statistics.removedSamplesForAcceleration)
        #expect(abs(moved - parts * 29) < 1_500, "\(moved)")
        print("\(parts) ppm: \(moved) moved, \(statistics.concealedSamples) concealed")
        #expect(statistics.concealedSamples < 4_800, "\(statistics.concealedSamples)")
        #expect(listener.held <= 5)
    }

    private func expectInStep(_ skews: ClosedRange<Int64>) {
        print("sound is \(skews) ms before the pictures")
        #expect(skews.lowerBound >= -40 && skews.upperBound <= 40)
    }

    /// Pictures take `path` milliseconds from camera to screen, sound 40 on the way; then both change.
    @Test(arguments: [30, 90, 250, 350] as [Int64]) func soundAndPicturesStayWithin40Milliseconds(path: Int64) throws {
        let talk = try Talk(Talk.speech(seconds: 20, seed: 6), .init())
        let listener = try Listener()
        var sync = AVSynchronizer()
        // The sender's clocks start where they like; both reports are of its time 0.
        func report(_ timestamp: UInt32) -> SenderInformation {
            SenderInformation(
                ntp: NTPTimestamp(value: 0xE000_0000_0000_0000), rtpTimestamp: timestamp, packetCount: 0, octetCount: 0)
        }
        sync.audioReport(report(0))
        sync.videoReport(report(77))
        var path = path
        var skews: [Int64] = []
        var random = RandomSource(seed: UInt64(path))
        listener.afterPull = { listener in
            let now = listener.now
            guard let heard = listener.player.lastPlayed, now.nanoseconds % 30_000_000 == 0 else { return }
            let captured = now - .milliseconds(path) - sync.videoDelay
            let ticks = Int64(captured.nanoseconds / 1_000) * 90 / 1_000
            let seen = PlayedMedia(timestamp: UInt32(truncatingIfNeeded: ticks + 77), at: now)
            sync.update(audio: heard, video: seen, now: now)
            listener.minimumDelay = sync.audioDelay
            let spoken = Int64(heard.timestamp) * 1_000_000 / 48
            skews.append(((seen.at - captured).nanoseconds - (heard.at.nanoseconds - spoken)) / 1_000_000)
        }
        func settled() -> ClosedRange<Int64> { (skews.suffix(200).min() ?? .min)...(skews.suffix(200).max() ?? .max) }
        listener.run(talk.packets) { _ in 40_000 }
        expectInStep(settled())
        path += 60
        listener.run(talk.packets) { _ in 40_000 + Int64.random(in: 0...50_000, using: &random) }
        expectInStep(settled())
        path -= 60
        listener.run(talk.packets) { _ in 40_000 }
        expectInStep(settled())
        #expect(listener.statistics.concealedSamples < 960 * 15, "\(listener.statistics.concealedSamples)")
    }
}
