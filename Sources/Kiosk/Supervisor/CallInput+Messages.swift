import CallControl
import MediaControl
import SignallingClient
import SignallingMessages

extension CallInput {
    /// What a signalling event means for the call; nil if nothing.
    init?(_ event: SignallingEvent) {
        switch event {
        case .connected, .roomFull, .iceServers: return nil
        case .disconnected: self = .signallingLost
        case .joined(let users): self = .joined(users.map(Party.init))
        case .users(let users): self = .present(users.map(Party.init))
        case .incomingCall(let user): self = .invited(by: Party(user))
        case .cancelled(let user): self = .cancelled(by: Party(user))
        case .rejected(let user, let reason):
            self = .rejected(by: Party(user), reason.flatMap { RejectReason(rawValue: $0.rawValue) })
        case .answered(let user): self = .answered(by: Party(user))
        case .hungUp(let user): self = .hungUp(by: Party(user))
        case .offer(let sdp, let from): self = .remoteDescription(.offer, sdp: sdp, from: from)
        case .answer(let sdp, let from): self = .remoteDescription(.answer, sdp: sdp, from: from)
        case .candidate(let candidate, let from):
            self = .remoteCandidate(
                Candidate(
                    text: candidate.candidate, mid: candidate.sdpMid,
                    lineIndex: candidate.sdpMLineIndex.flatMap { UInt16(exactly: $0) }), from: from)
        }
    }

    /// What a message of the media process means for the call; nil if nothing.
    init?(_ event: MediaEvent) {
        switch event {
        case .localDescription(let peer, let type, let sdp):
            self = .localDescription(peer, type == .offer ? .offer : .answer, sdp: sdp)
        case .localCandidate(let peer, let candidate, let mid, let index):
            // The dialect has no end of candidates.
            guard !candidate.isEmpty else { return nil }
            self = .localCandidate(peer, Candidate(text: candidate, mid: mid, lineIndex: index))
        case .connectionState(let peer, let state):
            switch state {
            case .new: return nil
            // Before the call stands it means nothing; afterwards, that nothing comes while a way is looked for.
            case .connecting: self = .session(peer, .disconnected)
            case .connected: self = .session(peer, .connected)
            case .disconnected: self = .session(peer, .disconnected)
            case .failed: self = .session(peer, .failed)
            case .closed: self = .session(peer, .closed)
            }
        case .restartNeeded(let peer): self = .restartNeeded(peer)
        case .deviceState(let device, let state, let detail):
            self = .device(device.device, state == .open ? .open : state == .failed ? .failed(detail) : .closed)
        case .failure(let peer?, let code, _):
            switch code {
            case .negotiation, .unknownPeer, .tooManyPeers: self = .session(peer, .closed)
            case .version, .media, .command: return nil
            }
        case .hello, .frameMemory, .remoteFrame, .localFrame, .levels, .statistics, .failure, .pong: return nil
        }
    }
}

extension Party {
    /// No server of today authenticates the names it relays.
    init(_ user: User) { self.init(socket: user.sockId, name: user.userName, isVerified: false) }
}

extension DeviceKind {
    var device: KioskDevice {
        switch self {
        case .camera: .camera
        case .microphone: .microphone
        case .speaker: .speaker
        }
    }
}
