import CallControl

/// What of a content has to be worked out: once for each content, not for each picture.
struct CleanContent {
    let content: ScreenContent
    let clinic, kiosk, clock, emergency: String
    /// The other side's name, empty if there is none.
    let peer: String
    let troubles: [Trouble]
    /// What the patient must know of the own picture and sound in a call.
    let remark: Remark?

    init(_ content: ScreenContent) {
        self.content = content
        clinic = Wording.foreign(content.clinic)
        kiosk = Wording.foreign(content.kiosk)
        clock = Wording.foreign(content.clock, limit: 16)
        emergency = Wording.foreign(content.emergency, limit: 120)
        peer = content.call.phase.peer.map { Wording.foreign($0.name) } ?? ""
        troubles = content.troubles
        remark = Remark(content)
    }
}

/// Why the other side does not see or hear the patient.
enum Remark: Equatable {
    case privacySwitch, noCamera, noMicrophone

    fileprivate init?(_ content: ScreenContent) {
        func isBroken(_ device: KioskDevice) -> Bool {
            if case .failed = content.call.devices[device] { return true }
            return content.call.faults.contains { if case .deviceFailed(device, _) = $0 { true } else { false } }
        }
        if content.isPrivate {
            self = .privacySwitch
        } else if isBroken(.microphone) {
            self = .noMicrophone
        } else if isBroken(.camera) {
            self = .noCamera
        } else {
            return nil
        }
    }

    func text(_ texts: ScreenTexts) -> String {
        switch self {
        case .privacySwitch: texts.privateInCall
        case .noCamera: texts.unseen
        case .noMicrophone: texts.unheard
        }
    }
}

extension CallPhase {
    fileprivate var peer: Party? {
        switch self {
        case .idle, .ringingOut: nil
        case .ringingIn(let caller, _, _, _): caller
        case .connecting(let peer, _), .inCall(let peer, _, _): peer
        case .ended(_, let peer, _, _): peer
        }
    }
}
