import CallControl
import FrontPanel
import Primitives
import SignallingMessages

/// What lights, front panel and consoles are told: all of it follows from the one state.
extension CallState {
    /// The word for the state, who it is with and since when.
    private var summary: (state: String, with: Party?, since: Instant?) {
        switch phase {
        case .idle:
            if faults.contains(.mediaUnavailable) { return ("fault", nil, nil) }
            return offlineSince.map { ("offline", nil, $0) } ?? ("idle", nil, nil)
        case .ringingIn(let caller, let since, _, _): return ("ringing", caller, since)
        case .ringingOut(let since, _): return ("calling", nil, since)
        case .connecting(let peer, let since): return ("connecting", peer, since)
        case .inCall(let peer, let since, let interrupted):
            return interrupted.map { ("reconnecting", peer, $0) } ?? ("inCall", peer, since)
        case .ended(_, let peer, _, _): return ("ended", peer, nil)
        }
    }

    /// What staff should know beside the state.
    private func detail(_ panel: String?) -> String? {
        if case .ended(let reason, _, _, _) = phase { return reason.rawValue }
        guard let fault = faults.first else { return panel }
        switch fault {
        case .mediaUnavailable: return "media process not running"
        case .deviceFailed(let device, let text): return "\(device.rawValue) failed: \(text)"
        }
    }

    /// - Parameter panel: what is wrong with the board's own lines.
    func panelCall(at now: Instant, panel: String? = nil) -> PanelCall {
        let (state, with, since) = summary
        let elapsed = since.map { Int(clamping: max(0, (now - $0).milliseconds)) } ?? 0
        return PanelCall(state: state, with: with?.name, elapsed: elapsed, detail: detail(panel))
    }

    /// - Parameters:
    ///   - network: what is wrong with the network.
    ///   - finding: the same, for readers of other languages.
    func kioskStatus(
        at now: Instant, panel: String? = nil, network: String? = nil, finding: NetworkFinding? = nil
    ) -> KioskStatus {
        let (state, with, since) = summary
        let age = since.map { max(0, (now - $0).milliseconds) }
        // The server itself knows who is offline, and a call that has ended leaves a kiosk that is ready.
        let known: KioskStatus.State = ["ended", "offline"].contains(state) ? .idle : .init(rawValue: state) ?? .idle
        return KioskStatus(
            known, with: known == .idle ? nil : with?.name, since: age, detail: detail(panel),
            network: network, finding: finding)
    }

    /// The camera's and microphone's lights follow the device itself, never the call.
    func lights(hasPanelFault: Bool) -> [PanelLight] {
        let call: PanelLight.State =
            switch phase {
            case .idle, .ended: .off
            case .ringingIn, .ringingOut: .blinking
            case .connecting, .inCall: .on
            }
        return [
            PanelLight(name: "call", state: call),
            PanelLight(name: "camera", state: devices.camera == .open ? .on : .off),
            PanelLight(name: "microphone", state: devices.microphone == .open ? .on : .off),
            PanelLight(name: "fault", state: faults.isEmpty && !hasPanelFault ? .off : .on),
        ]
    }
}
