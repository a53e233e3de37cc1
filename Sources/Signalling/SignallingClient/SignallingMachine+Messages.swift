import Primitives
import SignallingMessages
import SocketIO

extension SignallingMachine {
    mutating func receive(_ packet: SocketIOPacket, now: Instant) {
        // What is not of the dialect, or not well-formed, is not for us; the connection goes on.
        guard let (name, arguments) = packet.event,
            let message = try? ServerMessage(event: name, arguments: arguments)
        else { return }
        switch message {
        case .connectionSuccess(let sockId): enter(as: sockId, now: now)
        case .welcome(_, let maxUsers):
            guard socketId == nil else { return }
            welcomed = max(2, maxUsers)
            // Over generation 3 there is no auth in CONNECT.
            if case .open(let connection) = link, connection.version == .v3 { send(.hello(hello)) }
        case .checkRoomSuccess(let users): roomChecked(users, now: now)
        case .joinRoomSuccess(let users): roomJoined(users, now: now)
        case .userLeave(let users): roomChanged(users, now: now)
        case .signal(let signal): receive(signal)
        case .description(let description, let from): receive(description, from: from)
        case .candidate(let candidate, let from):
            outputs.append(.event(.candidate(candidate, from: sender(from))))
        case .iceServers(let list): outputs.append(.event(.iceServers(list)))
        case .kiosks: break
        }
    }

    /// The dialect sends the actor its own words back, and the room what is meant for another.
    private mutating func receive(_ signal: CallSignal) {
        guard room == .joined, signal.user.sockId != socketId, signal.to == nil || signal.to == socketId else { return }
        switch signal.kind {
        case .call: outputs.append(.event(.incomingCall(signal.user)))
        case .cancel: outputs.append(.event(.cancelled(signal.user)))
        case .reject: outputs.append(.event(.rejected(signal.user, reason: signal.reason)))
        case .answer:
            openCall = nil
            outputs.append(.event(.answered(signal.user)))
        case .hangUp:
            stopOffer()
            outputs.append(.event(.hungUp(signal.user)))
        }
        if signal.kind == .reject, openCall != nil, others.count <= 1 || openCall?.to != nil { openCall = nil }
    }

    private mutating func receive(_ description: SignalledDescription, from: String?) {
        switch description.kind {
        case .offer: outputs.append(.event(.offer(description.sdp, from: sender(from))))
        case .answer:
            // An offer said twice may be answered twice; the second answer would meet a settled negotiation.
            guard let offer = openOffer else { return }
            if let to = offer.to, let from, to != from { return }
            stopOffer()
            outputs.append(.event(.answer(description.sdp, from: sender(from))))
        }
    }

    private func sender(_ from: String?) -> String? { from ?? (others.count == 1 ? others.first?.sockId : nil) }
}
