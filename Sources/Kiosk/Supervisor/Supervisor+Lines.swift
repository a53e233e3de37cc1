import CallControl
import Devices
import GPIOPanel
import Logging
import MediaControl
import Primitives

/// The board's own buttons, lamps, switch and relay.
extension Supervisor {
    func take(_ event: PanelEvent) {
        switch event {
        case .pressed(let role, let at): press(role.rawValue, at: at)
        case .released(let role, let at): release(role.rawValue, at: at)
        case .changed(let state):
            let before = lines
            lines = state
            for line in state.lines where before?.condition(of: line.role) != line.condition {
                let metadata: Logger.Metadata = ["line": "\(line.role.rawValue)", "is": "\(line.condition.text)"]
                if line.condition == .working {
                    logger.info("panel", metadata: metadata)
                } else {
                    logger.warning("panel", metadata: metadata)
                }
            }
            if let isPrivate = state.isPrivate, isPrivate != before?.isPrivate {
                logger.notice("privacy switch", metadata: ["on": "\(isPrivate)"])
                with.media.send(.privacy(isPrivate))
            }
            publish()
        }
    }

    /// Sent before anything may open: the process itself waits for it where the board has a switch.
    func sendPrivacy() {
        if let isPrivate = lines?.isPrivate { with.media.send(.privacy(isPrivate)) }
    }

    func showLamps() {
        guard let panel = with.lines else { return }
        let state = machine.state
        let (call, relay): (PanelLamps.Light, Bool) =
            switch state.phase {
            case .idle, .ended: (.off, false)
            case .ringingIn, .ringingOut: (.blinking, false)
            case .connecting, .inCall: (.on, true)
            }
        panel.show(
            PanelLamps(
                call: call, camera: state.devices.camera == .open, microphone: state.devices.microphone == .open,
                fault: !state.faults.isEmpty, relay: relay))
    }

    /// What is wrong with the lines, for staff; nil if nothing is.
    var lineTrouble: String? {
        let troubles = (lines?.lines ?? []).filter { $0.condition != .working }
        return troubles.isEmpty
            ? nil : troubles.map { "\($0.role.rawValue) \($0.condition.text)" }.joined(separator: "; ")
    }
}

extension PanelState.Condition {
    var word: String {
        switch self {
        case .working: "working"
        case .stuck: "stuck"
        case .missing: "missing"
        }
    }

    var text: String {
        switch self {
        case .working, .stuck: word
        case .missing(let reason): "missing: \(reason)"
        }
    }
}
