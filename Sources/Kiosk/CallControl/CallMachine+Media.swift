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
        case .disconnected:
            guard call.connected != nil else { return }
            interrupt(&call)
            call.retry = min(call.retry, now + policy.limits.grace)
        case .failed, .closed:
            guard call.connected != nil else {
                effects += [.sendHangUp(to: call.peer)]
                end(.connectionFailed, because: state == .failed ? .noPath : .sessionClosed)
                return
            }
            interrupt(&call)
            if state == .closed { closeSession(&call) }
            call.retry = min(call.retry, now + policy.limits.grace)
        }
        phase = .call(call)
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
