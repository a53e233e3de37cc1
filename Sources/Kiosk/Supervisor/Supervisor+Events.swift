import CallControl
import FrontPanel
import Logging
import MediaControl
import Observability
import Primitives
import SignallingClient
import SignallingMessages

/// What comes from the collaborators.
extension Supervisor {
    func take(_ event: MediaServiceEvent) {
        switch event {
        case .started(let pools):
            self.pools = pools
            counters.mediaStarts += 1
            sentNetwork = NetworkSettings()
            logger.info("media process started")
            sendPrivacy()
            take(.mediaStarted)
        case .lost(let reason):
            counters.mediaLosses += 1
            levels = nil
            formats = [:]
            for number in statisticsWaiters.keys { answerStatistics(number, nil) }
            logger.warning("media process lost", metadata: ["reason": "\(reason)"])
            take(.mediaLost)
        case .event(let event): take(event)
        }
    }

    private func take(_ event: MediaEvent) {
        switch event {
        case .levels(let microphone, let speaker):
            levels = (microphone, speaker)
            publishPanel()
            return
        case .statistics(let peer, let values):
            answerStatistics(peer, values)
            return
        case .deviceState(let device, let state, let detail):
            formats[device.device] = state == .open ? detail : nil
            logger.info("device", metadata: ["device": "\(device)", "state": "\(state)", "detail": "\(detail)"])
        case .restartNeeded: logger.info("the network has changed below the call")
        case .failure(_, let code, let text):
            logger.error("media", metadata: ["code": "\(code)", "text": "\(text)"])
        default: break
        }
        if let input = CallInput(event) { take(input) }
    }

    func take(_ event: SignallingEvent) {
        switch event {
        case .connected(let kind):
            server = kind == .callpoint ? "callpoint" : "ancestor"
            counters.connections += 1
            logger.info("connected to the server", metadata: ["kind": "\(kind)"])
        case .disconnected:
            // The client itself says why, and of every attempt that fails.
            if server != nil { logger.warning("connection to the server lost") }
            server = nil
        case .roomFull(let retry):
            logger.error("the room is full", metadata: ["retry in s": "\(retry.milliseconds / 1000)"])
        case .iceServers(let list): take(list)
        case .incomingCall(let user):
            logger.info("called", metadata: ["by": "\(Redacted(user.userName))"])
        default: break
        }
        if let input = CallInput(event) { take(input) }
        // Rooms and what a server knows of a kiosk end with the connection.
        if case .joined = event { announce(always: true) }
    }

    func take(_ input: PanelInput) {
        let now = with.clock.now()
        switch input {
        case .pressed(PanelButton.call.name): press(PanelButton.call.name, at: now)
        case .released(PanelButton.call.name): release(PanelButton.call.name, at: now)
        case .long(PanelButton.call.name): mean(.held, by: PanelButton.call.name)
        case .pressed, .released, .long: break
        }
    }

    /// - Parameter instant: when the button went down, which may be a moment ago.
    func press(_ button: String, at instant: Instant) {
        let isRinging = if case .ringingIn = machine.state.phase { true } else { false }
        mean(buttons[button, default: ButtonReader()].press(isRinging: isRinging, now: instant), by: button)
    }

    func release(_ button: String, at instant: Instant) {
        mean(buttons[button, default: ButtonReader()].release(now: instant), by: button)
    }

    private func mean(_ input: CallInput?, by button: String) {
        guard let input else { return arm() }
        if case .idle = machine.state.phase, !allowances[button, default: PressAllowance()].admits(at: with.clock.now())
        {
            counters.pressesRefused += 1
            logger.warning("a button starts too many calls", metadata: ["button": "\(button)"])
            return
        }
        take(input)
    }
}
