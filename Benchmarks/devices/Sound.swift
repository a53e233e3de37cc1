import ALSAAudio
import Devices
import Primitives
import ScriptedDevices

/// An hour of a call, in virtual time, with a microphone and a speaker whose crystals run apart: how far each strays from
/// the monotonic clock, and how long a sound waits before it is heard.
struct SoundHour {
    var name: String
    /// How much faster the microphone's crystal is than the clock, and slower the speaker's, in millionths.
    var skew: Double
    /// Frames in which the cards count.
    var granularity: Int

    func row() throws(DeviceError) -> String {
        let heard = ScriptedPCM(.capture, .card(), skew: skew, granularity: granularity)
        let played = ScriptedPCM(.playback, .card(), skew: -skew, granularity: granularity)
        played.keepsPlayed = false
        let (microphone, speaker) = (try ALSAMicrophone(heard, name: "m"), try ALSASpeaker(played, name: "s"))
        var period = [Int16](repeating: 0, count: AudioFormat.periodSamples)
        let periods = 360_000
        var latencies: [Int64] = []
        latencies.reserveCapacity(periods)
        // When a sample was captured, and when one is heard, beyond what its number says: on the average of a minute's last
        // second, as one reading is as coarse as the card's.
        var minutes: [[Double]] = [[], []]
        var sums = [0.0, 0.0]
        for n in 1...periods {
            var span = period.mutableSpan
            guard let captured = try microphone.read(&span, until: heard.now + .seconds(1)) else {
                throw .stalled("the microphone on paper")
            }
            let latency = try speaker.write(period.span)
            latencies.append(latency.microseconds)
            guard n % 6_000 > 5_900 || n % 6_000 == 0 else { continue }
            let due = Instant.zero + .milliseconds(10) * Int64(n)
            for (i, time) in [captured, played.now + latency].enumerated() {
                sums[i] += Double((time - due).microseconds)
                guard n % 6_000 == 0 else { continue }
                minutes[i].append(sums[i] / 100)
                sums[i] = 0
            }
        }
        // The first minute is when the crystal is found out.
        let drift = minutes.map { ($0.dropFirst().max() ?? 0) - ($0.dropFirst().min() ?? 0) }
        latencies.sort()
        return """
            {"cards":"\(name)","skew_ppm":\(skew),"microphone_drift_us":\(Int(drift[0])),"speaker_drift_us":\(Int(drift[1])),\
            "playout_latency_us":\(latencies[periods / 2]),"playout_latency_p99_us":\(latencies[periods * 99 / 100]),\
            "overruns":\(microphone.overruns),"underruns":\(speaker.underruns)}
            """
    }
}
