import ArgumentParser
import Devices
import LinuxIO
import Primitives
import SignallingMessages
import V4L2Camera

/// `kioskctl test camera`: films for two seconds and says what is wrong with the pictures. Nothing is kept.
struct TestCamera: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "camera", abstract: "Films for two seconds and says what it saw.")

    @OptionGroup var options: TestOptions
    @OptionGroup var which: CameraOptions

    func run() throws {
        let configuration = try which.configuration(options.board)
        try options.finish("camera") { () throws(DeviceError) in
            let camera = try configuration.open()
            var trial = CameraTrial()
            try Self.film(camera, into: &trial)
            return Self.report(camera, trial)
        }
    }

    /// Two seconds from the first picture on, for which some cameras take long.
    private static func film(
        _ camera: V4L2Camera<KernelVideoDriver>, into trial: inout CameraTrial
    ) throws(DeviceError) {
        var end = MonotonicClock.now() + .seconds(4)
        while MonotonicClock.now() < end {
            guard let frame = try camera.next(until: end) else { continue }
            if trial.pictures == 0 { end = MonotonicClock.now() + .seconds(2) }
            trial.take(frame)
        }
    }

    private static func report(_ camera: V4L2Camera<KernelVideoDriver>, _ trial: CameraTrial) -> TestReport {
        let findings = trial.findings(agreed: camera.format)
        let format = camera.format
        let tenths = Int(trial.rate * 10 + 0.5)
        var sentences = [
            "It delivers \(format.width)x\(format.height) in \(camera.choice.format.name), "
                + "\(tenths / 10).\(tenths % 10) pictures a second of \(format.framesPerSecond); "
                + "brightness \(Int(trial.brightness)) of 255."
        ]
        sentences += findings.map { $0.sentence(agreed: format) }
        if trial.lost > 0 { sentences.append("\(trial.lost) pictures were lost on the way.") }
        if camera.framesDamaged.count > 0 {
            sentences.append("\(camera.framesDamaged.count) pictures were damaged: try another cable or socket.")
        }
        sentences += camera.warnings.map { "Not done: \($0)." }
        return TestReport(
            device: "camera", verdict: findings.isEmpty ? .works : .faulty, sentences: sentences,
            figures: [
                ("width", .integer(Int64(format.width))), ("height", .integer(Int64(format.height))),
                ("format", .string(camera.choice.format.name)), ("pictures", .integer(Int64(trial.pictures))),
                ("lost", .integer(Int64(trial.lost))), ("damaged", .integer(Int64(camera.framesDamaged.count))),
                ("tenthsOfPicturesASecond", .integer(Int64(tenths))),
                ("brightness", .integer(Int64(trial.brightness))),
                ("findings", .array(findings.map { .string("\($0.name)") })),
            ])
    }
}

extension CameraTrial.Finding {
    fileprivate var name: String {
        switch self {
        case .nothing: "nothing"
        case .black: "black"
        case .white: "white"
        case .frozen: "frozen"
        case .slow: "slow"
        }
    }

    fileprivate func sentence(agreed: VideoFormat) -> String {
        switch self {
        case .nothing: "It delivers no pictures. Unplug it and plug it in again; try another cable."
        case .black: "The picture is black: is the lens covered, a shutter closed, or the room dark?"
        case .white: "The picture is white: does a lamp or the sun shine into the lens?"
        case .frozen: "Every picture is the same: the camera hangs. Unplug it and plug it in again."
        case .slow:
            "It delivers fewer than the \(agreed.framesPerSecond) pictures a second that were agreed on: in the dark "
                + "cameras are slow; otherwise its socket may be too slow, or shared with too much."
        }
    }
}
