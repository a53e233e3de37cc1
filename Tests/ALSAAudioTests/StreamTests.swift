import ALSAAudio
import Devices
import Glibc
import Primitives
import ScriptedDevices
import Testing

/// Microphone and speaker against a card on paper: what a driver answers, in virtual time.
@Suite struct StreamTests {
    static let cards: [PCMFormat] = [
        .card(), .card(channels: 2), .card(rate: 44_100, channels: 2, sample: .s32, period: 441),
        .card(rate: 16_000, sample: .s24in3, period: 160),
        .card(rate: 96_000, channels: 6, sample: .s24, period: 1_024),
        .card(channels: 2, sample: .float, period: 1_024),
    ]

    @Test(arguments: cards) func theToneAtTheMicrophoneComesThroughPure(format: PCMFormat) throws {
        let pcm = ScriptedPCM(.capture, format)
        pcm.signal = tone(1_000, rate: format.rate)
        let microphone = try ALSAMicrophone(pcm, name: "card")
        var heard: [Int16] = []
        var period = [Int16](repeating: 0, count: AudioFormat.periodSamples)
        var times: [Instant] = []
        for _ in 0..<150 {
            var span = period.mutableSpan
            times.append(try #require(try microphone.read(&span, until: pcm.now + .seconds(1))))
            heard += period
        }
        #expect(purity(heard[24_000...], 1_000) > 40)
        // The clock says when the first sample was captured: 10 ms apart, and never in the future.
        for (a, b) in zip(times[60...], times[61...]) {
            let apart = b - a
            #expect(apart > .milliseconds(9) && apart < .milliseconds(11))
        }
        #expect(pcm.now - times[149] >= .milliseconds(10) && pcm.now - times[149] < .milliseconds(60))
        #expect(microphone.overruns == 0)
    }

    @Test(arguments: cards) func theToneToTheSpeakerComesThroughPure(format: PCMFormat) throws {
        let pcm = ScriptedPCM(.playback, format)
        let speaker = try ALSASpeaker(pcm, name: "card")
        let signal = tone(1_000, rate: 48_000)
        let begun = pcm.now
        for n in 0..<150 {
            let samples = (0..<480).map { signal(n * 480 + $0) }
            let delay = try speaker.write(samples.span)
            #expect(delay > .zero && delay < .milliseconds(60))
        }
        #expect(purity(pcm.played[(format.rate / 2)...], 1_000, rate: Double(format.rate)) > 45)
        // The card paces the thread: 150 periods take 1.5 s but for what is queued.
        #expect(pcm.now - begun > .milliseconds(1_430) && pcm.now - begun < .milliseconds(1_520))
        #expect(speaker.underruns == 0)
    }

    @Test(arguments: [(200.0, 1, 360_000), (-200, 480, 60_000)])
    func nothingDriftsInAnHour(skew: Double, granularity: Int, periods: Int) throws {
        let (heard, played) = (
            ScriptedPCM(.capture, .card(), skew: skew, granularity: granularity),
            ScriptedPCM(.playback, .card(), skew: -skew, granularity: granularity)
        )
        played.keepsPlayed = false
        let (microphone, speaker) = (try ALSAMicrophone(heard, name: "m"), try ALSASpeaker(played, name: "s"))
        var period = [Int16](repeating: 0, count: AudioFormat.periodSamples)
        let start = (heard.now, played.now)
        var (earliest, latest) = (Interval.seconds(1), Interval.seconds(-1))
        var (shortest, longest) = (Interval.seconds(1), Interval.zero)
        for n in 1...periods {
            var span = period.mutableSpan
            guard try microphone.read(&span, until: heard.now + .seconds(1)) != nil else {
                Issue.record("no sound")
                return
            }
            let delay = try speaker.write(period.span)
            guard n > 100 else { continue }
            // Where each is beyond what has passed on the monotonic clock.
            for passed in [heard.now - start.0, played.now - start.1] {
                let ahead = .milliseconds(10) * Int64(n) - passed
                (earliest, latest) = (min(earliest, ahead), max(latest, ahead))
            }
            (shortest, longest) = (min(shortest, delay), max(longest, delay))
        }
        // Two devices, one 10 ms behind what it captures and the other 15 ms ahead, keep within a period and 5 ms of that;
        // a position that moves in steps of a period adds one.
        let steps = Interval.milliseconds(granularity == 1 ? 0 : 10)
        #expect(latest - earliest < .milliseconds(25) + steps)
        #expect(longest - shortest < .milliseconds(5) + steps)
        #expect(microphone.overruns == 0 && speaker.underruns == 0)
    }

    @Test func anOverrunCostsNoMoreThanFiftyMilliseconds() throws {
        for error in [EPIPE, ESTRPIPE] {
            let pcm = ScriptedPCM(.capture, .card())
            let microphone = try ALSAMicrophone(pcm, name: "card")
            var period = [Int16](repeating: 0, count: AudioFormat.periodSamples)
            for _ in 0..<20 {
                var span = period.mutableSpan
                _ = try microphone.read(&span, until: pcm.now + .seconds(1))
            }
            pcm.errors = [error]
            let before = pcm.now
            var span = period.mutableSpan
            #expect(try microphone.read(&span, until: pcm.now + .seconds(1)) != nil)
            #expect(pcm.now - before < .milliseconds(50))
            #expect(microphone.overruns == 1)
        }
    }

    @Test func anUnderrunIsOneGapAndThenMoreIsQueued() throws {
        let pcm = ScriptedPCM(.playback, .card())
        let speaker = try ALSASpeaker(pcm, name: "card")
        let period = [Int16](repeating: 5_000, count: AudioFormat.periodSamples)
        var before = Interval.zero
        for _ in 0..<20 { before = try speaker.write(period.span) }
        pcm.now += .milliseconds(200)  // the thread was kept away
        let late = pcm.now
        #expect(try speaker.write(period.span) == .zero)
        #expect(pcm.now - late < .milliseconds(50))
        var after = Interval.zero
        for _ in 0..<20 { after = try speaker.write(period.span) }
        #expect(after > before + .milliseconds(8))
        #expect(speaker.underruns == 1)
    }

    @Test func aLostCardIsToldAtOnce() throws {
        let (a, b) = (ScriptedPCM(.capture, .card()), ScriptedPCM(.playback, .card()))
        let (microphone, speaker) = (try ALSAMicrophone(a, name: "usb"), try ALSASpeaker(b, name: "usb"))
        var period = [Int16](repeating: 0, count: AudioFormat.periodSamples)
        for _ in 0..<5 {
            var span = period.mutableSpan
            _ = try microphone.read(&span, until: a.now + .seconds(1))
            _ = try speaker.write(period.span)
        }
        (a.isGone, b.isGone) = (true, true)
        #expect(throws: DeviceError.unplugged("usb")) {
            var span = period.mutableSpan
            _ = try microphone.read(&span, until: a.now + .seconds(1))
        }
        #expect(throws: DeviceError.unplugged("usb")) { _ = try speaker.write(period.span) }
    }

    @Test func aCardThatHangsIsToldWithoutABusyLoop() throws {
        let pcm = ScriptedPCM(.capture, .card())
        let microphone = try ALSAMicrophone(pcm, name: "usb")
        pcm.skew = -1_000_000  // its crystal stands still
        var period = [Int16](repeating: 0, count: AudioFormat.periodSamples)
        #expect(throws: DeviceError.stalled("usb")) {
            for _ in 0..<100 {
                var span = period.mutableSpan
                let time = try microphone.read(&span, until: pcm.now + .milliseconds(100))
                #expect(time == nil)
            }
        }
        #expect(pcm.waits < 100)
    }

    @Test func aCardThatNeverComesToItselfIsGivenUp() throws {
        let pcm = ScriptedPCM(.capture, .card())
        let microphone = try ALSAMicrophone(pcm, name: "usb")
        pcm.errors = [Int32](repeating: EPIPE, count: 1_000)
        var period = [Int16](repeating: 0, count: AudioFormat.periodSamples)
        #expect(throws: DeviceError.self) {
            var span = period.mutableSpan
            _ = try microphone.read(&span, until: pcm.now + .seconds(100))
        }
        #expect(pcm.prepared < 20)
    }
}
