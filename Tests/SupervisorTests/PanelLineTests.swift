import CallControl
import Devices
import FrontPanel
import GPIOPanel
import LocalControl
import MediaControl
import Primitives
import SignallingClient
import SignallingMessages
import Supervisor
import Synchronization
import Testing

/// The board's own buttons and lamps, as the supervisor has them.
final class ScriptedLines: LineService {
    let events: AsyncStream<PanelEvent>
    let initialState: PanelState
    private let sink: AsyncStream<PanelEvent>.Continuation
    private let shown = Mutex<[PanelLamps]>([])

    init(hasSwitch: Bool) {
        (events, sink) = AsyncStream.makeStream()
        initialState = PanelState(
            lines: [.init(role: .callButton, condition: .missing("not yet taken"))],
            isPrivate: hasSwitch ? true : nil)
    }

    var lamps: [PanelLamps] { shown.withLock { $0 } }
    func emit(_ event: PanelEvent) { sink.yield(event) }
    func show(_ lamps: PanelLamps) { shown.withLock { $0.append(lamps) } }
    func pulse() async {}
    func stop() async { sink.finish() }

    func set(_ condition: PanelState.Condition = .working, isPrivate: Bool?) {
        emit(.changed(PanelState(lines: [.init(role: .callButton, condition: condition)], isPrivate: isPrivate)))
    }
}

@Suite struct PanelLineTests {
    @Test func theSwitchIsSaidBeforeAnythingMayOpen() async throws {
        let lines = ScriptedLines(hasSwitch: true)
        let bench = try Bench(lines: lines)
        try await bench.run {
            // Unknown is private, and said to each new media process first of all.
            #expect(bench.media.commands.first == .privacy(true))
            lines.set(isPrivate: false)
            try await bench.until("the switch is off") { bench.media.commands.last == .privacy(false) }
            bench.media.emit(.lost(reason: "killed"))
            bench.media.emit(.started([]))
            try await bench.until("it is said anew") {
                bench.media.commands.suffix(2) == [.privacy(false), .privacy(false)]
            }
            lines.set(isPrivate: true)
            try await bench.until("the switch is on") { bench.media.commands.last == .privacy(true) }
        }
    }

    @Test func withoutASwitchNothingIsSaid() async throws {
        let bench = try Bench(lines: ScriptedLines(hasSwitch: false))
        try await bench.run {
            try await bench.call()
            #expect(!bench.media.commands.contains { if case .privacy = $0 { true } else { false } })
        }
    }

    @Test func aPressOfTheBoardsButtonCallsAndLampsAndRelayFollow() async throws {
        let lines = ScriptedLines(hasSwitch: false)
        let bench = try Bench(lines: lines)
        try await bench.run {
            lines.emit(.pressed(.callButton, at: bench.clock.now()))
            try await bench.until("it rings out") { await bench.phase().word == "ringingOut" }
            #expect(lines.lamps.last == PanelLamps(call: .blinking))
            lines.emit(.released(.callButton, at: bench.clock.now()))
            bench.signalling.emit(.answered(Bench.doctor))
            try await bench.until("devices open") {
                lines.lamps.last == PanelLamps(call: .on, camera: true, microphone: true, relay: true)
            }
            lines.emit(.pressed(.secondCallButton, at: bench.clock.now()))
            try await bench.until("it ends") { await bench.phase().word == "ended" }
            try await bench.until("devices close") { lines.lamps.last == PanelLamps() }
        }
    }

    /// The kernel's times count, not when we came to read them.
    @Test func aLongPressIsAsLongAsTheButtonWasDown() async throws {
        let lines = ScriptedLines(hasSwitch: false)
        let bench = try Bench(answer: "{automatic: false, from: []}", lines: lines)
        try await bench.run {
            bench.signalling.emit(.incomingCall(Bench.doctor))
            try await bench.until("it rings") { await bench.phase().word == "ringingIn" }
            let now = bench.clock.now()
            lines.emit(.pressed(.callButton, at: now - .milliseconds(900)))
            lines.emit(.released(.callButton, at: now - .milliseconds(50)))
            try await bench.until("it is refused") {
                bench.signalling.actions.contains(.reject(to: "d1", reason: .refused))
            }
        }
    }

    @Test func aStuckButtonIsToldToStaffAndCallsGoOn() async throws {
        let lines = ScriptedLines(hasSwitch: false)
        let bench = try Bench(lines: lines)
        try await bench.run {
            lines.set(.stuck, isPrivate: nil)
            try await bench.until("staff is told") {
                guard case .done(let status) = await bench.supervisor.answer(.status) else { return false }
                return status["detail"]?.string == "callButton stuck"
            }
            #expect(bench.panel.light("fault") == .on)
            guard case .done(let status) = await bench.supervisor.answer(.status) else { throw Bench.Timeout() }
            let line = status["panel"]?["lines"]?.array?.first
            #expect(line?["condition"]?.string == "stuck")
            try await bench.call()
            lines.set(isPrivate: nil)
            try await bench.until("no fault") { bench.panel.light("fault") == .off }
        }
    }

    @Test func aButtonThatChattersStartsTenCallsAMinute() async throws {
        let lines = ScriptedLines(hasSwitch: false)
        let bench = try Bench(lines: lines)
        try await bench.run {
            for _ in 0..<15 {
                for _ in 0..<3 {
                    // Calls, cancels, and puts the notice of that away.
                    lines.emit(.pressed(.callButton, at: bench.clock.now()))
                    lines.emit(.released(.callButton, at: bench.clock.now()))
                }
            }
            try await bench.until("all are read") {
                guard case .done(let stats) = await bench.supervisor.answer(.stats) else { return false }
                return stats["kioskd"]?["pressesRefused"]?.integer == 15
            }
            // What is sent is sent by a task of its own.
            try await bench.until("all are sent") { bench.signalling.actions.count >= 20 }
            #expect(bench.signalling.actions.filter { $0 == .call(to: nil) }.count == 10)
            #expect(await bench.phase().word == "idle")
            // The page's button is another.
            bench.panel.emit(.pressed(button: "call"))
            try await bench.until("it rings out") { await bench.phase().word == "ringingOut" }
        }
    }
}
