import ALSAAudio
import Devices
import Glibc
import LinuxIO
import Primitives
import ScriptedDevices
import Testing
import VirtualDevices

/// What every microphone must do, real or virtual.
func checkConformance(of microphone: any AudioSource) throws {
    var samples = [Int16](repeating: 0, count: AudioFormat.periodSamples)
    var times: [Instant] = []
    for _ in 0..<30 {
        var span = samples.mutableSpan
        times.append(try #require(try microphone.read(&span, until: MonotonicClock.now() + .seconds(1))))
    }
    for (a, b) in zip(times, times.dropFirst()) { #expect(b > a) }
    let end = MonotonicClock.now()
    #expect(times[29] - times[0] > .milliseconds(200) && times[29] - times[0] < .milliseconds(1_500))
    #expect(times[29] < end && end - times[29] < .milliseconds(500))
    // A deadline that has passed is kept.
    for _ in 0..<20 {
        let before = MonotonicClock.now()
        var span = samples.mutableSpan
        _ = try microphone.read(&span, until: before - .seconds(1))
        #expect(MonotonicClock.now() - before < .milliseconds(100))
    }
}

/// What every speaker must do, real or virtual: it paces whoever writes, and says when it will be heard.
func checkConformance(of speaker: any AudioSink) throws {
    let samples = [Int16](repeating: 0, count: AudioFormat.periodSamples)
    let start = MonotonicClock.now()
    for _ in 0..<50 {
        let delay = try speaker.write(samples.span)
        #expect(delay >= .zero && delay < .milliseconds(500))
    }
    let took = MonotonicClock.now() - start
    #expect(took > .milliseconds(300) && took < .milliseconds(2_000))
}

@Suite(.serialized) struct SoundConformanceTests {
    /// libasound's own plugins stand in for a card: `null` takes and gives anything, `file` keeps what was played.
    static let configured: Void = {
        // The system's configuration stays, for the cards that are there.
        let system = access("/usr/share/alsa/alsa.conf", R_OK) == 0 ? "</usr/share/alsa/alsa.conf>\n" : ""
        let text =
            system + """
                pcm.nothing { type null }
                pcm.recorder { type file slave.pcm nothing file "/tmp/callpoint-played.raw" format raw }
                pcm.player { type file slave.pcm nothing file "/dev/null" infile "/tmp/callpoint-heard.raw" format raw }
                """
        let path = "/tmp/callpoint-asound.conf"
        if let file = fopen(path, "w") {
            fputs(text, file)
            fclose(file)
        }
        setenv("ALSA_CONFIG_PATH", path, 1)
    }()

    @Test func virtualDevices() throws {
        try checkConformance(of: VirtualMicrophone(.tone(frequency: 440)) as any AudioSource)
        try checkConformance(of: VirtualSpeaker(meter: LevelMeter()) as any AudioSink)
    }

    @Test func theNullPlugin() throws {
        Self.configured
        try checkConformance(of: ALSAMicrophone(SoundDevice(name: "nothing")) as any AudioSource)
        try checkConformance(of: ALSASpeaker(SoundDevice(name: "nothing")) as any AudioSink)
    }

    @Test func theFilePlugin() throws {
        Self.configured
        try checkConformance(of: ALSASpeaker(SoundDevice(name: "recorder")) as any AudioSink)
    }

    @Test func whatIsPlayedIsInTheFile() throws {
        Self.configured
        let signal = tone(1_000, rate: 48_000)
        do {
            let speaker = try ALSASpeaker(SoundDevice(name: "recorder"))
            for n in 0..<100 {
                let samples = (0..<480).map { signal(n * 480 + $0) }
                _ = try speaker.write(samples.span)
            }
        }
        let samples = try read("/tmp/callpoint-played.raw")
        #expect(samples.count >= 48_000)
        // The plugin has no clock of its own, so what is followed here is the scheduler's.
        #expect(purity(samples[24_000..<28_800], 1_000) > 30)
    }

    @Test func whatIsInTheFileIsHeard() throws {
        Self.configured
        let signal = tone(500, rate: 48_000)
        try write("/tmp/callpoint-heard.raw", (0..<96_000).map(signal))
        let microphone = try ALSAMicrophone(SoundDevice(name: "player"))
        var heard: [Int16] = []
        var period = [Int16](repeating: 0, count: AudioFormat.periodSamples)
        for _ in 0..<100 {
            var span = period.mutableSpan
            if try microphone.read(&span, until: MonotonicClock.now() + .seconds(1)) != nil { heard += period }
        }
        #expect(purity(heard[24_000..<43_200], 500) > 40)
    }

    @Test func aNameThatIsNotThereIsSaid() {
        Self.configured
        #expect(throws: DeviceError.notFound("hw:CARD=Absent,DEV=0")) {
            _ = try ALSASpeaker(SoundDevice(name: "hw:CARD=Absent,DEV=0"))
        }
        #expect(throws: DeviceError.self) { _ = try ALSAMicrophone(SoundDevice(name: "auto")) }
        // To be muted and not to be is no small difference.
        #expect(throws: DeviceError.self) {
            _ = try ALSAMicrophone(SoundDevice(name: "nothing", isMuted: true))
        }
    }

    /// On a machine with a card, or in the rig with snd-aloop: CALLPOINT_ALSA_MICROPHONE and CALLPOINT_ALSA_SPEAKER name PCMs.
    @Test(.enabled(if: getenv("CALLPOINT_ALSA_MICROPHONE") != nil)) func aRealMicrophone() throws {
        let name = try #require(getenv("CALLPOINT_ALSA_MICROPHONE").map { String(cString: $0) })
        try checkConformance(of: ALSAMicrophone(SoundDevice(name: name)) as any AudioSource)
    }

    @Test(.enabled(if: getenv("CALLPOINT_ALSA_SPEAKER") != nil)) func aRealSpeaker() throws {
        let name = try #require(getenv("CALLPOINT_ALSA_SPEAKER").map { String(cString: $0) })
        try checkConformance(of: ALSASpeaker(SoundDevice(name: name)) as any AudioSink)
    }

    private func read(_ path: String) throws -> [Int16] {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var samples = [Int16](repeating: 0, count: 200_000)
        let count = fread(&samples, 2, samples.count, file)
        return Array(samples.prefix(count))
    }

    private func write(_ path: String, _ samples: [Int16]) throws {
        let file = try #require(fopen(path, "w"))
        defer { fclose(file) }
        #expect(fwrite(samples, 2, samples.count, file) == samples.count)
    }
}
