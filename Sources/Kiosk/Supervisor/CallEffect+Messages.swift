import CallControl
import MediaControl
import SignallingClient
import SignallingMessages

/// An effect in the words of the one it is for.
extension CallEffect {
    var mediaCommand: MediaCommand? {
        switch self {
        case .openDevices: .openDevices(camera: true, microphone: true, speaker: true)
        case .closeDevices: .closeDevices
        case .openSession(let number, let kind, let previous):
            .openPeer(
                peer: number, role: kind == .offer ? .offer : .answer,
                previous: previous.compactMap { section in
                    let kind: MediaKind? = section.kind == "audio" ? .audio : section.kind == "video" ? .video : nil
                    return kind.map { MediaSection(mid: section.mid, kind: $0) }
                })
        case .createOffer(let number): .createOffer(peer: number)
        case .acceptDescription(let number, .offer, let sdp): .remoteOffer(peer: number, sdp: sdp)
        case .acceptDescription(let number, .answer, let sdp): .remoteAnswer(peer: number, sdp: sdp)
        case .addCandidate(let number, let candidate):
            .remoteCandidate(
                peer: number, candidate: candidate.text, mid: candidate.mid, mLineIndex: candidate.lineIndex)
        case .restartICE(let number): .restartICE(peer: number)
        case .closeSession(let number): .closePeer(peer: number)
        case .playTone(let tone, let repeating): .playTone(tone.tone, repeating: repeating)
        case .stopTone: .stopTone
        case .sendInvite, .sendCancel, .sendAnswer, .sendReject, .sendHangUp, .sendDescription, .sendCandidate, .record:
            nil
        }
    }

    var signallingAction: SignallingAction? {
        switch self {
        case .sendInvite: .call(to: nil)
        case .sendCancel: .cancel(to: nil)
        case .sendAnswer(let party): .answer(to: party.socket)
        case .sendReject(let party, let reason):
            .reject(to: party.socket, reason: reason.flatMap { CallSignal.RejectReason(rawValue: $0.rawValue) })
        case .sendHangUp(let party): .hangUp(to: party.socket)
        case .sendDescription(.offer, let sdp, let party): .offer(sdp, to: party.socket)
        case .sendDescription(.answer, let sdp, let party): .answerDescription(sdp, to: party.socket)
        case .sendCandidate(let candidate, let party):
            .candidate(
                SignalledCandidate(
                    candidate: candidate.text, sdpMid: candidate.mid, sdpMLineIndex: candidate.lineIndex.map(Int.init)),
                to: party.socket)
        case .openDevices, .closeDevices, .openSession, .createOffer, .acceptDescription, .addCandidate, .restartICE,
            .closeSession, .playTone, .stopTone, .record:
            nil
        }
    }
}

extension CallTone {
    fileprivate var tone: Tone {
        switch self {
        case .ringIn: .ringIn
        case .ringOut: .ringOut
        case .connected: .connected
        case .weak: .weak
        case .ended: .ended
        case .refused: .refused
        case .fault: .fault
        }
    }
}
