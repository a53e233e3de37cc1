import ArgumentParser
import Devices
import GPIOPanel
import KioskConfiguration
import LinuxIO
import LocalControl
import Primitives
import SignallingMessages
import Synchronization

/// `kioskctl test button`: waits for presses and says what it saw.
struct TestButton: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "button", abstract: "Says what each button and switch does, for some seconds.")

    @OptionGroup var options: TestOptions

    @Option(help: "How long, 1 to 600.")
    var seconds = 10

    func validate() throws {
        guard (1...600).contains(seconds) else { throw ValidationError("--seconds is 1 to 600") }
    }

    func run() throws {
        let (panel, lines) = try LineTest.panel(options) { $0.role.isInput }
        guard !lines.isEmpty else { return try options.finish(LineTest.nothing("button", "button")) }
        if !options.json { print("Press each button now, shortly and then for a second; \(seconds) s.") }
        let trial = try LineTest.trial(lines, panel, isQuiet: options.json)
        MonotonicClock.sleep(until: MonotonicClock.now() + .seconds(Int64(seconds)))
        trial.panel.stop()
        let (state, presses) = trial.seen.value.withLock { ($0.state, $0.presses) }
        let buttons = lines.filter(\.role.isButton)
        var sentences: [String] = []
        for line in state.lines where line.condition != .working {
            sentences.append(LineTest.sentence(line))
        }
        for button in buttons where state.condition(of: button.role) == .working {
            let count = presses[button.role] ?? 0
            sentences.append(
                count > 0
                    ? "\(button.role.rawValue): pressed \(count) times."
                    : "\(button.role.rawValue): no press was seen. Is it wired to this line? If it is, try active-low "
                        + "or another bias in the board file.")
        }
        let isGood = !state.hasFault && buttons.allSatisfy { presses[$0.role] != nil }
        try options.finish(
            TestReport(
                device: "button", verdict: state.isMissingWhole ? .unavailable : isGood ? .works : .faulty,
                sentences: sentences, figures: presses.map { ($0.key.rawValue, .integer(Int64($0.value))) }))
    }
}

/// `kioskctl test led`: lights one lamp after the other.
struct TestLED: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "led", abstract: "Lights each lamp, and closes the relay, for two seconds one after the other.")

    @OptionGroup var options: TestOptions

    func run() throws {
        let (panel, lines) = try LineTest.panel(options) { !$0.role.isInput }
        guard !lines.isEmpty else { return try options.finish(LineTest.nothing("led", "lamp")) }
        let trial = try LineTest.trial(lines, panel, isQuiet: true)
        for line in lines {
            if !options.json { print("  \(line.role.rawValue) is on: do you see it?") }
            trial.panel.show(PanelLamps(only: line.role))
            MonotonicClock.sleep(until: MonotonicClock.now() + .seconds(2))
        }
        trial.panel.stop()
        let state = trial.seen.value.withLock { $0.state }
        let broken = state.lines.filter { $0.condition != .working }
        var sentences = broken.map(LineTest.sentence)
        if broken.isEmpty {
            sentences.append(
                "\(lines.count) outputs were switched. A lamp that was dark first and lit afterwards needs active-low in "
                    + "the board file.")
        }
        try options.finish(
            TestReport(
                device: "led", verdict: state.isMissingWhole ? .unavailable : broken.isEmpty ? .works : .faulty,
                sentences: sentences))
    }
}

/// What both tests of lines share.
enum LineTest {
    static func panel(
        _ options: TestOptions, _ isWanted: (PanelLine) -> Bool
    ) throws -> (panel: BoardConfiguration.Panel.GPIO, lines: [PanelLine]) {
        let panel = try options.board.read().panel.gpio ?? .init(lines: [], debounce: .milliseconds(20))
        return (panel, panel.lines.filter(isWanted))
    }

    /// What a panel under trial has told.
    final class Seen: Sendable {
        let value: Mutex<(state: PanelState, presses: [PanelRole: Int])>
        init(_ lines: [PanelLine]) {
            let unknown = lines.map { PanelState.Line(role: $0.role, condition: .missing("nothing is known of it")) }
            value = Mutex((PanelState(lines: unknown, isPrivate: nil), [:]))
        }
    }

    static func trial(
        _ lines: [PanelLine], _ board: BoardConfiguration.Panel.GPIO, isQuiet: Bool
    ) throws -> (panel: GPIOPanel, seen: Seen) {
        let seen = Seen(lines)
        do throws(SystemError) {
            let panel = try GPIOPanel(lines: lines, debounce: board.debounce) { event in
                seen.value.withLock { seen in
                    switch event {
                    case .pressed(let role, _): seen.presses[role, default: 0] += 1
                    case .released: break
                    case .changed(let state): seen.state = state
                    }
                }
                if !isQuiet, let words = words(event) { print("  " + words) }
            }
            return (panel, seen)
        } catch {
            StandardError.print("kioskctl: \(error)")
            throw ExitCode(71)
        }
    }

    static func nothing(_ device: String, _ kind: String) -> TestReport {
        TestReport(
            device: device, verdict: .unavailable,
            sentences: [
                "The board file names no \(kind) under panel.gpio.", "`kioskctl devices` lists the lines there are.",
            ])
    }

    static func words(_ event: PanelEvent) -> String? {
        switch event {
        case .pressed(let role, _): "\(role.rawValue): pressed"
        case .released(let role, _): "\(role.rawValue): released"
        case .changed(let state): state.isPrivate.map { "privacySwitch: \($0 ? "on, or not readable" : "off")" }
        }
    }

    static func sentence(_ line: PanelState.Line) -> String {
        switch line.condition {
        case .working: "\(line.role.rawValue): works."
        case .stuck: "\(line.role.rawValue): is stuck, or held all the time."
        case .missing(let reason):
            "\(line.role.rawValue): \(reason)."
                + (reason.hasSuffix("busy") ? " That is most likely kioskd: systemctl stop kioskd." : "")
        }
    }
}

extension PanelState {
    /// Not one of the lines could be tried.
    var isMissingWhole: Bool { lines.allSatisfy { if case .missing = $0.condition { true } else { false } } }
}

extension PanelLamps {
    /// One output on and all others off.
    init(only role: PanelRole) {
        self.init(
            call: role == .callLamp ? .on : .off, camera: role == .cameraLamp, microphone: role == .microphoneLamp,
            fault: role == .faultLamp, relay: role == .callRelay)
    }
}
