import CallControl

/// What of a content has to be worked out: once for each content, not for each picture.
struct CleanContent {
    let content: ScreenContent
    let clinic, kiosk, clock, emergency: String
    /// The other side's name, empty if there is none.
    let peer: String
    let troubles: [Trouble]

    init(_ content: ScreenContent) {
        self.content = content
        clinic = Wording.foreign(content.clinic)
        kiosk = Wording.foreign(content.kiosk)
        clock = Wording.foreign(content.clock, limit: 16)
        emergency = Wording.foreign(content.emergency, limit: 120)
        peer = content.call.phase.peer.map { Wording.foreign($0.name) } ?? ""
        troubles = content.troubles
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
