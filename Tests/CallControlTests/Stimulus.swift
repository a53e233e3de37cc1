import CallControl
import Primitives

/// Everything that can come from outside, with the wrong senders, the wrong sessions and the wrong moments among it.
enum Stimulus: Hashable, CaseIterable {
    case pressed, held, askCall, askHangUp, askAnswer, askRefuse
    case joinedAlone, joinedWithAnn, joinedWithBoth, onlyAnn, both, nobody, annAgain, offline
    case annInvites, annInvitesAnew, bobInvites, annCancels, bobCancels, annAnswers, bobAnswers
    case annRejects, annIsBusy, bobRejects, annHangsUp, bobHangsUp
    case annOffers, annOffersAnew, bobOffers, someoneOffers, annDescribes, bobDescribes, annTrickles, bobTrickles
    case mediaStarts, mediaDies, localOffer, localAnswer, staleOffer, localCandidate, staleCandidate
    case connects, disconnects, fails, closes, staleConnects, needsRestart, staleNeedsRestart
    case cameraOpens, cameraCloses, cameraFails
    case second, deadline

    static let ann = Party(socket: "a", name: "Ann")
    /// The same user after her page was loaded anew.
    static let annReloaded = Party(socket: "a2", name: "Ann")
    static let bob = Party(socket: "b", name: "Bob")
    private static let sdp = "m=audio 9 x\r\na=mid:0\r\na=fingerprint:sha-256 AA\r\nm=video 9 x\r\na=mid:1\r\n"
    private static let otherSDP = "m=audio 9 x\r\na=mid:0\r\na=fingerprint:sha-256 BB\r\nm=video 9 x\r\na=mid:1\r\n"

    /// Nil where time passes.
    func input(session: SessionNumber?) -> CallInput? {
        let current = session ?? 1
        let stale = current &+ 1_000_000
        let candidate = Candidate(text: "candidate:1", mid: "0", lineIndex: 0)
        switch self {
        case .pressed: return .pressed
        case .held: return .held
        case .askCall: return .requested(.call)
        case .askHangUp: return .requested(.hangUp)
        case .askAnswer: return .requested(.answer)
        case .askRefuse: return .requested(.refuse)
        case .joinedAlone: return .joined([])
        case .joinedWithAnn: return .joined([Self.ann])
        case .joinedWithBoth: return .joined([Self.ann, Self.bob])
        case .onlyAnn: return .present([Self.ann])
        case .both: return .present([Self.ann, Self.bob])
        case .nobody: return .present([])
        case .annAgain: return .present([Self.annReloaded])
        case .offline: return .signallingLost
        case .annInvites: return .invited(by: Self.ann)
        case .annInvitesAnew: return .invited(by: Self.annReloaded)
        case .bobInvites: return .invited(by: Self.bob)
        case .annCancels: return .cancelled(by: Self.ann)
        case .bobCancels: return .cancelled(by: Self.bob)
        case .annAnswers: return .answered(by: Self.ann)
        case .bobAnswers: return .answered(by: Self.bob)
        case .annRejects: return .rejected(by: Self.ann, .refused)
        case .annIsBusy: return .rejected(by: Self.ann, .busy)
        case .bobRejects: return .rejected(by: Self.bob, nil)
        case .annHangsUp: return .hungUp(by: Self.ann)
        case .bobHangsUp: return .hungUp(by: Self.bob)
        case .annOffers: return .remoteDescription(.offer, sdp: Self.sdp, from: "a")
        case .annOffersAnew: return .remoteDescription(.offer, sdp: Self.otherSDP, from: "a")
        case .bobOffers: return .remoteDescription(.offer, sdp: Self.sdp, from: "b")
        case .someoneOffers: return .remoteDescription(.offer, sdp: Self.sdp, from: nil)
        case .annDescribes: return .remoteDescription(.answer, sdp: Self.sdp, from: "a")
        case .bobDescribes: return .remoteDescription(.answer, sdp: Self.sdp, from: "b")
        case .annTrickles: return .remoteCandidate(candidate, from: "a")
        case .bobTrickles: return .remoteCandidate(candidate, from: "b")
        case .mediaStarts: return .mediaStarted
        case .mediaDies: return .mediaLost
        case .localOffer: return .localDescription(current, .offer, sdp: Self.sdp)
        case .localAnswer: return .localDescription(current, .answer, sdp: Self.sdp)
        case .staleOffer: return .localDescription(stale, .offer, sdp: Self.sdp)
        case .localCandidate: return .localCandidate(current, candidate)
        case .staleCandidate: return .localCandidate(stale, candidate)
        case .connects: return .session(current, .connected)
        case .disconnects: return .session(current, .disconnected)
        case .fails: return .session(current, .failed)
        case .closes: return .session(current, .closed)
        case .staleConnects: return .session(stale, .connected)
        case .needsRestart: return .restartNeeded(current)
        case .staleNeedsRestart: return .restartNeeded(stale)
        case .cameraOpens: return .device(.camera, .open)
        case .cameraCloses: return .device(.camera, .closed)
        case .cameraFails: return .device(.camera, .failed("unplugged"))
        case .second, .deadline: return nil
        }
    }
}
