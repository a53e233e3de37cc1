import ArgumentParser
import Devices
import KioskConfiguration
import LocalControl
import SignallingMessages

/// `kioskctl test DEVICE`. A new kind of device is a subcommand in a file of its own, made of `TestOptions` and `TestReport`.
struct Test: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tries a device and says in plain words what is wrong with it.",
        discussion: """
            Exit status: 0 it works; 1 it is there and something is wrong; 69 it is not there or in use; \
            78 the configuration is wrong.
            """,
        subcommands: [
            TestCamera.self, TestMicrophone.self, TestSpeaker.self, TestEcho.self, TestDisplay.self, TestButton.self,
            TestLED.self,
        ])
}

/// Which board file names the device.
struct BoardOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The board file that names the device.", valueName: "file"))
    var board = "/etc/kiosk/board.yaml"

    /// The board file; its problems end the program with status 78.
    func read() throws -> BoardConfiguration {
        do throws(ConfigurationError) { return try BoardConfiguration(file: board) } catch {
            StandardError.print("kioskctl: \(error)")
            throw ExitCode(78)
        }
    }
}

/// What all tests of devices take.
struct TestOptions: ParsableArguments {
    @OptionGroup var board: BoardOptions

    @Flag(help: "Answer in JSON.")
    var json = false

    /// Tries a device and finishes with the report; that of a device which cannot be tried or fails meanwhile says why.
    func finish(_ device: String, _ trial: () throws(DeviceError) -> TestReport) throws {
        let report: TestReport
        do throws(DeviceError) { report = try trial() } catch { report = TestReport(error, device: device) }
        try finish(report)
    }

    /// Prints the report and ends with its status.
    func finish(_ report: TestReport) throws {
        print(json ? report.json.text : report.text)
        guard report.verdict == .works else { throw ExitCode(report.verdict.status) }
    }
}

/// What came of trying a device.
struct TestReport {
    enum Verdict: String {
        case works, faulty, unavailable
        var status: Int32 {
            switch self {
            case .works: 0
            case .faulty: 1
            case .unavailable: 69
            }
        }
    }

    /// `camera`
    var device: String
    var verdict: Verdict
    /// Sentences for an installer on the phone: what was seen, what is wrong, what to try.
    var sentences: [String]
    /// The same for programs.
    var figures: [(String, JSONValue)]

    init(device: String, verdict: Verdict, sentences: [String], figures: [(String, JSONValue)] = []) {
        (self.device, self.verdict, self.sentences, self.figures) = (device, verdict, sentences, figures)
    }

    /// A device that could not be tried, or failed meanwhile.
    init(_ error: DeviceError, device: String) {
        self.init(
            device: device, verdict: error.saysNoDevice ? .unavailable : .faulty, sentences: [error.advice(device)])
    }

    var text: String {
        let head =
            switch verdict {
            case .works: "works"
            case .faulty: "something is wrong"
            case .unavailable: "cannot be tried"
            }
        return (["\(device): \(head)"] + sentences).joined(separator: "\n  ")
    }

    var json: JSONValue {
        .members(
            [
                ("device", .string(device)), ("verdict", .string(verdict.rawValue)),
                ("sentences", .array(sentences.map { .string($0) })),
            ] + figures)
    }
}
