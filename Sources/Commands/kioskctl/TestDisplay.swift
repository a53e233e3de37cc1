import ArgumentParser
import DRMDisplay
import Devices
import KioskConfiguration
import LinuxIO
import Primitives
import Screens
import SignallingMessages

/// `kioskctl test display`: a test picture for whoever stands before the kiosk.
struct TestDisplay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "display", abstract: "Shows a test picture for some seconds and says on which display.")

    @OptionGroup var options: TestOptions

    @Option(help: ArgumentHelp("Instead of the board file's, as `kioskctl devices` lists it; or auto."))
    var connector: String?

    @Option(help: "How long, 1 to 600.")
    var seconds = 5

    func validate() throws {
        guard (1...600).contains(seconds) else { throw ValidationError("--seconds is 1 to 600") }
    }

    func run() throws {
        let display: DRMDisplay
        if let connector {
            display = DRMDisplay(connector: connector == "auto" ? nil : connector)
        } else {
            let drm = try options.board.read().display.drm
            display = DRMDisplay(connector: drm?.connector, request: drm?.mode)
        }
        try options.finish(Self.report(display, seconds: seconds))
    }

    private static func report(_ display: DRMDisplay, seconds: Int) -> TestReport {
        do throws(DeviceError) {
            let output = try display.openDisplay()
            let flips = try show(on: output, seconds: seconds)
            let mode = output.mode
            var sentences = [
                "A test picture was on \(output.name), \(mode), for \(seconds) s.",
                "It has colour bars, a circle, the question \"Do you see this?\" and a white frame with round corners.",
                "If a side of the frame was missing, switch overscan off on the display; if the circle was no circle, "
                    + "name its own mode as display.mode in the board file.",
                "If nothing was seen although this says so: is the display switched on, and set to this input?",
            ]
            if let request = display.request, request.width != mode.width || request.height != mode.height {
                sentences.append("The display does not offer \(request), which the board file asks for.")
            }
            return TestReport(
                device: "display", verdict: .works, sentences: sentences,
                figures: [
                    ("connector", .string(output.name)), ("width", .integer(Int64(mode.width))),
                    ("height", .integer(Int64(mode.height))), ("millihertz", .integer(Int64(mode.refresh))),
                    ("flips", .integer(Int64(flips))),
                ])
        } catch {
            let (verdict, sentences) = words(for: error, connector: display.connector)
            return TestReport(device: "display", verdict: verdict, sentences: sentences)
        }
    }

    /// Exchanges both buffers once a second, each of which must be seen. - Returns: how often that was done.
    private static func show(on output: any DisplayOutput, seconds: Int) throws(DeviceError) -> Int {
        let mode = output.mode
        let card = TestCard(width: mode.width, height: mode.height, caption: "\(output.name) · \(mode)")
        var damage = DamageHistory()
        var flips = 0
        let everything = PixelBox(x: 0, y: 0, width: mode.width, height: mode.height)
        let end = MonotonicClock.now() + .seconds(Int64(seconds))
        while MonotonicClock.now() < end {
            damage.note(DirtyRegion(everything))
            let now = MonotonicClock.now()
            try card.withPixels { pixels throws(DeviceError) in
                try output.present(RawSpan(_unsafeBytes: pixels), stride: card.stride, damage: damage, at: now)
            }
            flips += 1
            let next = min(end, now + .seconds(1))
            repeat {
                wait(for: output.descriptor, until: next)
                try output.update(at: MonotonicClock.now())
            } while MonotonicClock.now() < next || !output.isReady
        }
        return flips
    }

    private static func wait(for descriptor: Int32, until end: Instant) {
        // What cannot be waited for is looked at again soon, as the display's own patience ends the loop.
        guard var set = try? EpollSet() else { return }
        try? set.add(descriptor, tag: 0)
        let left = end - MonotonicClock.now()
        try? set.wait(timeout: max(.milliseconds(10), left))
    }

    private static func words(
        for error: DeviceError, connector: String?
    ) -> (TestReport.Verdict, [String]) {
        let socket = connector.map { "connector \($0)" } ?? "any connector"
        return switch error {
        case .notFound:
            (
                .unavailable,
                [
                    "No display is connected to \(socket).",
                    "Is the cable in on both sides, and has the display power? `kioskctl devices` lists the connectors.",
                ]
            )
        case .busy(let card):
            (
                .unavailable,
                [
                    "Another program has the display (\(card)), most likely kioskd.",
                    "Stop it first: systemctl stop kioskd. Then try this again, and start it afterwards.",
                ]
            )
        case .unplugged(let name): (.faulty, ["The display on \(name) was unplugged while the picture was shown."])
        case .stalled(let name):
            (
                .faulty,
                [
                    "\(name) takes a picture but does not go on to the next: it does not run in its mode.",
                    "Try another display or cable, or a smaller display.mode in the board file, such as 1280x720.",
                ]
            )
        case .unsupported(let what): (.faulty, ["The display cannot be used: \(what)."])
        case .failed(let number, let operation) where number == 13 || number == 1:
            (.unavailable, ["No right to \(operation): run this as root, or as a member of the group video."])
        case .failed(let number, let operation):
            (.faulty, ["The kernel refused to \(operation): \(SystemError(errno: number, operation: "reason"))."])
        }
    }
}
