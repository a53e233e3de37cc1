import Primitives

extension CallMachine {
    // MARK: The media process

    mutating func startMedia() {
        guard !hasMedia else { return }
        mediaDownSince = nil
        switch phase {
        case .idle, .ended: break
        case .ringingIn(var ringing):
            effects += [.playTone(.ringIn, repeating: true)]
            // The chime is heard from now on, so the countdown starts now.
            ringing.automatic = automaticAnswer(to: ringing.caller)
            phase = .ringingIn(ringing)
        case .ringingOut: effects += [.playTone(.ringOut, repeating: true)]
        case .call(var call):
            openMedia(&call)
            phase = .call(call)
        }
    }

    mutating func loseMedia() {
        guard hasMedia else { return }
        mediaDownSince = now
        devices = DeviceFacts()
        switch phase {
        case .idle, .ringingOut, .ended: break
        case .ringingIn(var ringing):
            ringing.automatic = nil
            phase = .ringingIn(ringing)
        case .call(var call):
            // An offer of theirs that went with the process will not come again by itself, so the next is ours.
            if call.negotiation?.hasRemote == true { call.offers = true }
            call.negotiation = nil
            call.retry = .distantFuture
            interrupt(&call)
            phase = .call(call)
        }
    }

    mutating func sessionChanged(_ number: SessionNumber, _ state: SessionState) {
        guard case .call(var call) = phase, var negotiation = call.negotiation, negotiation.number == number else {
            return
        }
        let wasConnected = negotiation.isConnected
        negotiation.isConnected = state == .connected
        call.negotiation = negotiation
        switch state {
        case .connected:
            if call.connected == nil {
                call.connected = now
                effects += [.playTone(.connected, repeating: false)]
            }
            call.interrupted = nil
            call.retry = .distantFuture
            call.wantsRestart = false
        case .disconnected:
            guard call.connected != nil, wasConnected else { break }
            interrupt(&call)
            // What a restart that was just asked for finds is waited for as long as ever.
            let due = max(now + policy.limits.grace, call.restarted.map { $0 + policy.limits.retry } ?? now)
            call.retry = min(call.retry, due)
        case .failed, .closed:
            guard call.connected != nil else {
                effects += [.sendHangUp(to: call.peer)]
                end(.connectionFailed, because: state == .failed ? .noPath : .sessionClosed)
                return
            }
            interrupt(&call)
            if state == .closed { closeSession(&call) }
            call.retry = min(call.retry, now + policy.limits.grace)
            // What will not heal by itself need not be waited for.
            if state == .failed { call.wantsRestart = true }
        }
        phase = .call(call)
        restartIfPossible()
    }

    mutating func deviceChanged(_ device: KioskDevice, _ fact: DeviceFact) {
        let before = devices[device]
        devices[device] = fact
        guard case .call = phase else {
            // It opened late, after the call it was opened for. The speaker may play a tone.
            if devices.isCapturing, fact == .open, device != .speaker { effects += [.closeDevices] }
            return
        }
        if case .failed = fact, before != fact, hasMedia { effects += [.playTone(.fault, repeating: false)] }
    }
}
