package import Primitives
import SignallingMessages

extension SignallingMachine {
    package mutating func handle(_ action: SignallingAction, now: Instant) -> SignallingDelivery {
        if case .presence(let status) = action {
            presence = (status, now)
            guard socketId != nil, server == .callpoint else { return .kept }
            sendPresence(now: now)
            return .sent
        }
        note(action)
        guard room == .joined else {
            switch action {
            case .cancel, .reject, .hangUp:
                farewell = (action, now)
                return .kept
            default: return .droppedOffline
            }
        }
        if let to = action.to, !isPresent(to) { return .droppedAlone }
        return say(action, now: now)
    }

    /// What an action says about calls and offers that are still open, whether it can be sent or not.
    private mutating func note(_ action: SignallingAction) {
        switch action {
        case .call, .answer: farewell = nil
        case .cancel, .hangUp:
            openCall = nil
            stopOffer()
        default: break
        }
    }

    private mutating func say(_ action: SignallingAction, now: Instant) -> SignallingDelivery {
        switch action {
        case .call(let to):
            openCall = (to, ())
            signal(.call, to: to)
        case .cancel(let to): signal(.cancel, to: to)
        case .reject(let to, let reason): signal(.reject, to: to, reason: reason)
        case .answer(let to): signal(.answer, to: to)
        case .hangUp(let to): signal(.hangUp, to: to)
        case .offer(let sdp, let to):
            guard !others.isEmpty else { return .droppedAlone }
            openOffer = (sdp, to, 15)
            timers[.offer] = now + configuration.timing.offerRepeat
            send(.description(SignalledDescription(.offer, sdp: sdp), user: me, to: address(to)))
        case .answerDescription(let sdp, let to):
            guard !others.isEmpty else { return .droppedAlone }
            send(.description(SignalledDescription(.answer, sdp: sdp), user: me, to: address(to)))
        case .candidate(let candidate, let to):
            guard !others.isEmpty else { return .droppedAlone }
            // The dialect has no end of candidates.
            guard !candidate.candidate.isEmpty else { return .droppedUnsupported }
            send(.candidate(candidate, user: me, to: address(to)))
        case .presence: break
        }
        return .sent
    }

    /// The ancestor's payloads have no such member.
    private func address(_ to: String?) -> String? { server == .callpoint ? to : nil }

    private mutating func signal(_ kind: CallSignal.Kind, to: String?, reason: CallSignal.RejectReason? = nil) {
        let isOurs = server == .callpoint
        send(.signal(CallSignal(kind, user: me, to: address(to), reason: isOurs ? reason : nil)))
    }

    mutating func sendPresence(now: Instant) {
        guard let (told, at) = presence, socketId != nil, server == .callpoint else { return }
        var status = told
        status.since = (status.since ?? 0) + max(0, (now - at).milliseconds)
        send(.state(status))
    }

    /// A call that is still open is said again to who comes into the room.
    mutating func announceCall(to newcomers: [User]) {
        guard let call = openCall else { return }
        for user in newcomers where call.to == nil || call.to == user.sockId { signal(.call, to: user.sockId) }
    }

    /// What was said offline and still matters; to the room if its addressee has another socket by now.
    mutating func sayFarewell(now: Instant) {
        guard let (action, at) = farewell, room == .joined, !others.isEmpty else { return }
        farewell = nil
        guard now - at <= configuration.timing.farewell else { return }
        let to = action.to.flatMap { isPresent($0) ? $0 : nil }
        switch action {
        case .cancel: signal(.cancel, to: to)
        case .reject(_, let reason): signal(.reject, to: to, reason: reason)
        case .hangUp: signal(.hangUp, to: to)
        default: break
        }
    }

    mutating func repeatOffer(now: Instant) {
        guard let (sdp, to, left) = openOffer, left > 0, room == .joined, !others.isEmpty else { return }
        openOffer = (sdp, to, left - 1)
        timers[.offer] = now + configuration.timing.offerRepeat
        send(.description(SignalledDescription(.offer, sdp: sdp), user: me, to: address(to)))
    }

    mutating func stopOffer() {
        openOffer = nil
        timers.stop(.offer)
    }
}

extension SignallingAction {
    /// The socket it is meant for.
    var to: String? {
        switch self {
        case .call(let to), .cancel(let to), .reject(let to, _), .answer(let to), .hangUp(let to), .offer(_, let to),
            .answerDescription(_, let to), .candidate(_, let to):
            to
        case .presence: nil
        }
    }
}
