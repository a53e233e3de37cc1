import Primitives

extension CallMachine {
    /// What may be shown and told of the kiosk now.
    public var state: CallState {
        CallState(phase: shownPhase, offlineSince: offlineSince, faults: faults, devices: devices)
    }

    /// In the room and with a media process: a call would come through.
    public var isReady: Bool { isOnline && hasMedia }

    /// The media session of the call that is on.
    public var session: SessionNumber? {
        guard case .call(let call) = phase else { return nil }
        return call.negotiation?.number
    }

    private var shownPhase: CallPhase {
        switch phase {
        case .idle: .idle
        case .ringingIn(let ringing):
            .ringingIn(
                caller: ringing.caller, since: ringing.since, answersAutomaticallyAt: ringing.automatic,
                until: ringing.until)
        case .ringingOut(let ringing): .ringingOut(since: ringing.since, until: ringing.until)
        case .call(let call):
            if let connected = call.connected {
                .inCall(peer: call.peer, since: connected, reconnectingSince: call.interrupted)
            } else {
                .connecting(peer: call.peer, since: call.agreed)
            }
        case .ended(let reason, let peer, let duration, let until):
            .ended(reason, peer: peer, duration: duration, until: until)
        }
    }

    private var faults: [KioskFault] {
        var faults: [KioskFault] = []
        if let mediaDownSince, mediaDownSince + policy.limits.mediaAway <= now { faults.append(.mediaUnavailable) }
        for device in KioskDevice.allCases {
            if case .failed(let detail) = devices[device] { faults.append(.deviceFailed(device, detail: detail)) }
        }
        return faults
    }
}
