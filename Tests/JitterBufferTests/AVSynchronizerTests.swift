import JitterBuffer
import Primitives
import RTP
import Testing

/// Plays both streams of one sender: audio `audioPath` and video `videoPath` after capture, plus the delays asked for.
private func settle(
    _ sync: inout AVSynchronizer, audioPath: Int64, videoPath: Int64, from start: Int64, seconds: Int64
) -> [Int64] {
    var skews: [Int64] = []
    for step in 0..<seconds * 2 {
        let now = start + step * 500
        // The sender's clock starts elsewhere, and its RTP clocks where they like.
        let captured = now - 1_000
        let heard = PlayedMedia(
            timestamp: UInt32(truncatingIfNeeded: captured * 48 + 0xFFFF_F000),
            at: milliseconds(captured + audioPath) + sync.audioDelay)
        let seen = PlayedMedia(
            timestamp: UInt32(truncatingIfNeeded: captured * 90 + 12_345),
            at: milliseconds(captured + videoPath) + sync.videoDelay)
        let before = (sync.audioDelay, sync.videoDelay)
        sync.update(audio: heard, video: seen, now: milliseconds(now))
        let change = max((sync.audioDelay - before.0).milliseconds, (before.0 - sync.audioDelay).milliseconds)
        #expect(change <= 80)
        #expect(sync.audioDelay >= .zero && sync.audioDelay <= AVSynchronizer.maximumDelay)
        #expect(sync.videoDelay >= .zero && sync.videoDelay <= AVSynchronizer.maximumDelay)
        skews.append(((seen.at - heard.at)).milliseconds)
    }
    return skews
}

private func reports(_ sync: inout AVSynchronizer) {
    func ntp(_ n: Int64) -> NTPTimestamp {
        NTPTimestamp(value: NTPTimestamp(milliseconds(n)).value &+ 0xE000_0000_0000_0000)
    }
    sync.audioReport(
        SenderInformation(
            ntp: ntp(2_000), rtpTimestamp: UInt32(truncatingIfNeeded: 2_000 * 48 + 0xFFFF_F000), packetCount: 0,
            octetCount: 0))
    sync.videoReport(
        SenderInformation(ntp: ntp(2_700), rtpTimestamp: 2_700 * 90 + 12_345, packetCount: 0, octetCount: 0))
}

@Test func nothingHappensBeforeBothReports() {
    var sync = AVSynchronizer()
    let skews = settle(&sync, audioPath: 100, videoPath: 400, from: 5_000, seconds: 5)
    #expect(skews.allSatisfy { $0 == 300 })
    #expect(sync.skew == nil)
}

@Test(arguments: [(50, 250), (50, 350), (300, 60), (100, 110), (400, 20)] as [(Int64, Int64)])
func streamsComeTogether(audioPath: Int64, videoPath: Int64) {
    var sync = AVSynchronizer()
    reports(&sync)
    let skews = settle(&sync, audioPath: audioPath, videoPath: videoPath, from: 5_000, seconds: 40)
    #expect(skews.suffix(20).allSatisfy { abs($0) <= 45 }, "\(skews.suffix(4))")
    // Only one of the two waits.
    #expect(min(sync.audioDelay, sync.videoDelay) == .zero)
}

@Test func delayIsTakenBack() {
    var sync = AVSynchronizer()
    reports(&sync)
    _ = settle(&sync, audioPath: 50, videoPath: 350, from: 5_000, seconds: 30)
    #expect(sync.audioDelay > .milliseconds(200))
    let skews = settle(&sync, audioPath: 50, videoPath: 60, from: 40_000, seconds: 30)
    #expect(sync.audioDelay < .milliseconds(60) && sync.videoDelay < .milliseconds(60))
    #expect(skews.suffix(10).allSatisfy { abs($0) <= 45 })
}

@Test func beyondTheBoundIsNotChased() {
    var sync = AVSynchronizer()
    reports(&sync)
    _ = settle(&sync, audioPath: 50, videoPath: 2_000, from: 5_000, seconds: 60)
    #expect(sync.audioDelay == AVSynchronizer.maximumDelay)
}

@Test func reportsThatDoNotBelongTogetherAreIgnored() {
    var sync = AVSynchronizer()
    reports(&sync)
    sync.videoReport(SenderInformation(ntp: NTPTimestamp(value: 1), rtpTimestamp: 0, packetCount: 0, octetCount: 0))
    _ = settle(&sync, audioPath: 50, videoPath: 60, from: 5_000, seconds: 5)
    #expect(sync.audioDelay == .zero && sync.videoDelay == .zero && sync.skew == nil)
}
