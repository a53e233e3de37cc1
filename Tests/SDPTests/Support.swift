import SDP
import Testing

let ownFingerprint: Fingerprint = {
    guard let value = Fingerprint(algorithm: .sha256, bytes: Array(1...32)) else { preconditionFailure("32 bytes") }
    return value
}()

func transport(
    _ name: String = "abcd", candidates: [String] = [], ended: Bool = false
) -> LocalTransport {
    LocalTransport(
        usernameFragment: name, password: name + "efghijklmnopqrstuvwxyz", fingerprints: [ownFingerprint],
        candidates: candidates, endOfCandidates: ended)
}

let ownMedia = [
    LocalMedia(kind: .audio, ssrc: 1001, streamID: "kiosk", trackID: "microphone"),
    LocalMedia(kind: .video, ssrc: 2001, retransmissionSSRC: 2002, streamID: "kiosk", trackID: "camera"),
]

func negotiator(
    _ capabilities: MediaCapabilities = .kiosk, media: [LocalMedia] = ownMedia, previous: [MediaSlot] = []
) -> Negotiator {
    Negotiator(
        capabilities: capabilities, localMedia: media, cname: "kiosk-1", sessionID: 0x1234_5678_9ABC_DEF0,
        previous: previous)
}

extension Negotiator {
    /// Offer in, answer out.
    mutating func accept(_ offer: String, _ own: LocalTransport = transport()) throws -> SessionDescription {
        try setRemote(offer: offer)
        return try SessionDescription(parsing: createAnswer(own).answer)
    }
}

extension MediaDescription {
    func values(_ name: String) -> [String] { attributes.filter { $0.name == name }.map { $0.value ?? "" } }
    func value(_ name: String) -> String? { values(name).first }
    var numbers: String { formats.joined(separator: " ") }
}

extension SessionDescription {
    func value(_ name: String) -> String? { attributes.first { $0.name == name }?.value }
}

extension String {
    /// The text with some words exchanged, of which at least one must be there.
    func with(_ old: String, _ new: String) -> String {
        precondition(contains(old), "nothing to exchange: \(old)")
        return replacing(old, with: new)
    }

    func without(line: String) -> String { with(line + "\r\n", "") }
}

func refusal(_ offer: String, capabilities: MediaCapabilities = .kiosk) -> NegotiationError? {
    var answerer = negotiator(capabilities)
    do throws(NegotiationError) {
        try answerer.setRemote(offer: offer)
        return nil
    } catch {
        #expect(answerer.signalingState == .stable, "a refusal changes nothing")
        return error
    }
}
