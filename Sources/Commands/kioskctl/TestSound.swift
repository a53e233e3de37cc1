import ALSAAudio
import ArgumentParser
import AudioProcessing
import Devices
import KioskConfiguration
import LinuxIO
import Primitives
import SignallingMessages

/// `kioskctl test microphone`: listens for three seconds. Nothing is kept.
struct TestMicrophone: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "microphone", abstract: "Listens for three seconds while somebody speaks.")

    @OptionGroup var options: TestOptions

    func run() throws {
        let device = try options.microphone()
        try options.finish("microphone") { () throws(DeviceError) in
            let microphone = try ALSAMicrophone(device)
            if !options.json { print("Speak to the kiosk now, for three seconds.") }
            var recording = SoundRun()
            try recording.run(microphone, nil, playing: [], periods: 300)
            return Self.report(LevelTrial(recording.recorded), microphone, device)
        }
    }

    private static func report(
        _ trial: LevelTrial, _ microphone: ALSAMicrophone, _ device: SoundDevice
    ) -> TestReport {
        var sentences = ["It delivers \(microphone.detail); the loudest moment was \(Int(trial.loudest)) dBFS."]
        var isFine = false
        if trial.isDead || trial.loudest < -80 {
            sentences.append("The microphone hears nothing: is it muted, or its switch off? \(mixer(device))")
        } else if trial.loudest < -50 {
            sentences.append(
                "It hears almost nothing. Was somebody speaking? If so, raise microphone.level. \(mixer(device))")
        } else if trial.clipped > 200 {
            sentences.append("It is too loud and distorts: lower microphone.level. \(mixer(device))")
        } else if trial.loudest - trial.quietest < 6 {
            sentences.append(
                "It hears a steady sound only: hum or noise. Was somebody speaking? Try another cable or socket.")
        } else {
            isFine = true
            sentences.append("A voice is heard above a silence of \(Int(trial.quietest)) dBFS.")
        }
        if microphone.overruns > 0 {
            sentences.append("Sound was lost \(microphone.overruns) times: the machine is too busy.")
        }
        return TestReport(
            device: "microphone", verdict: isFine ? .works : .faulty, sentences: sentences,
            figures: [
                ("loudest", .integer(Int64(trial.loudest))), ("quietest", .integer(Int64(trial.quietest))),
                ("clippedPerMillion", .integer(Int64(trial.clipped))),
                ("overruns", .integer(Int64(microphone.overruns))),
            ])
    }

    private static func mixer(_ device: SoundDevice) -> String {
        device.mixerLevel(capture: true).map { "The mixer says: \($0)." } ?? ""
    }
}

/// `kioskctl test speaker`: plays three rising sounds.
struct TestSpeaker: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "speaker", abstract: "Plays three sounds that rise.")

    @OptionGroup var options: TestOptions

    func run() throws {
        let device = try options.speaker()
        try options.finish("speaker") { () throws(DeviceError) in
            let speaker = try ALSASpeaker(device)
            let sound = Array(EchoTrial.sound.prefix(96_000))
            var playing = SoundRun()
            try playing.run(nil, speaker, playing: sound, periods: 250)
            var sentences = [
                "It takes \(speaker.detail); a sound is heard \(playing.latency.milliseconds) ms after it is given.",
                "Three sounds that rise were played. If nobody heard them: is it switched on, and turned up?",
            ]
            if let mixer = device.mixerLevel(capture: false) { sentences.append("The mixer says: \(mixer).") }
            let isFine = speaker.underruns < 3
            if !isFine { sentences.append("It ran empty \(speaker.underruns) times: the machine is too busy.") }
            return TestReport(
                device: "speaker", verdict: isFine ? .works : .faulty, sentences: sentences,
                figures: [
                    ("latencyMilliseconds", .integer(playing.latency.milliseconds)),
                    ("underruns", .integer(Int64(speaker.underruns))),
                ])
        }
    }
}

/// `kioskctl test echo`: chirps from the speaker to the microphone.
struct TestEcho: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "echo", abstract: "Plays chirps and measures how they come back.")

    @OptionGroup var options: TestOptions

    func run() throws {
        let (input, output) = (try options.microphone(), try options.speaker())
        try options.finish("microphone or speaker") { () throws(DeviceError) in
            let microphone = try ALSAMicrophone(input)
            let speaker = try ALSASpeaker(output)
            var run = SoundRun()
            try run.run(microphone, speaker, playing: EchoTrial.sound, periods: EchoTrial.sound.count / 480 + 60)
            let found = EchoTrial.findings(recorded: run.recorded, offset: run.offset)
            return Self.report(
                found, LevelTrial(run.recorded), lost: microphone.overruns + speaker.underruns)
        }
    }

    private static func report(_ found: EchoTrial.Findings?, _ level: LevelTrial, lost: Int) -> TestReport {
        guard let found else {
            let why =
                level.isDead || level.loudest < -80
                ? "The microphone hears nothing at all: is it muted? Try `kioskctl test microphone`."
                : "The microphone hears something, but not the speaker: is the speaker on? Try `kioskctl test speaker`. "
                    + "With headphones, or a speaker in another room, this is as it should be."
            return TestReport(device: "echo", verdict: .faulty, sentences: [why])
        }
        let (delay, loudness) = (found.delay.milliseconds, Int(found.level.rounded()))
        var sentences = [
            "The sound comes back \(delay) ms after it should be heard, at \(loudness) dB of what was played.",
            "Echo cancellation lowers it by \(Int(found.reduction)) dB.",
        ]
        var isFine = true
        if level.clipped > 200 {
            isFine = false
            sentences.append("The microphone distorts, and what is distorted cannot be cancelled: lower speaker.level.")
        }
        if lost > 0 {
            isFine = false
            sentences.append("Sound was lost \(lost) times meanwhile, so this says little: the machine is too busy.")
        } else if found.reduction < 15 {
            isFine = false
            sentences.append(
                "That is too little; callers will hear themselves. Move microphone and speaker apart, or play lower.")
        }
        if delay > 120 || delay < -5 {
            isFine = false
            sentences.append(
                "The delay is beyond what can be cancelled: name the card itself (hw:…), not a mixer before it.")
        }
        return TestReport(
            device: "echo", verdict: isFine ? .works : .faulty, sentences: sentences,
            figures: [
                ("delayMilliseconds", .integer(delay)), ("levelDecibels", .integer(Int64(loudness))),
                ("reductionDecibels", .integer(Int64(found.reduction))),
            ])
    }
}
