import DTLS
import ICE
public import Primitives
import RTP
public import SDP

extension PeerConnection {
    /// An offer (RFC 8829 §5.2): the first of the call, or one in it.
    public mutating func createOffer(now: Instant) throws(NegotiationError) -> String {
        setTime(now)
        ice.setRole(.controlling)
        let offer = try negotiator.createOffer(localTransport())
        hasDescription = true
        return offer
    }

    /// Applies the peer's offer and returns our answer. Throws with everything as it was.
    public mutating func accept(offer text: String, now: Instant) throws(NegotiationError) -> String {
        setTime(now)
        let offer = try negotiator.setRemote(offer: text)
        ice.setRole(offer.isLite ? .controlling : .controlled)
        if offer.iceRestart { restart() }
        let (answer, session): (String, NegotiatedSession)
        do {
            (answer, session) = try negotiator.createAnswer(localTransport())
        } catch {
            negotiator.rollback()
            throw error
        }
        hasDescription = true
        apply(session)
        return answer
    }

    /// The same where both sides may have offered at once (perfect negotiation, W3C WebRTC §10.7): a polite side takes its
    /// own open offer back, an impolite one passes the peer's over. What the polite one wanted is in its answer.
    /// - Returns: the answer; nil if the offer was passed over, because the peer will answer ours.
    public mutating func accept(
        offer text: String, isPolite: Bool, now: Instant
    ) throws(NegotiationError) -> String? {
        if negotiator.signalingState == .haveLocalOffer {
            guard isPolite else { return nil }
            negotiator.rollback()
        }
        return try accept(offer: text, now: now)
    }

    /// Applies the peer's answer to our last offer. Throws with everything as it was.
    public mutating func accept(answer text: String, now: Instant) throws(NegotiationError) {
        setTime(now)
        apply(try negotiator.setRemote(answer: text))
    }

    /// Takes back our open offer, when both sides offered at once and ours gives way (RFC 8829 §4.1.10.2).
    public mutating func rollbackOffer() { negotiator.rollback() }

    /// Makes fresh ICE credentials; the next offer carries them. Media flow on the old pair until the new one works.
    public mutating func restartICE(now: Instant) {
        setTime(now)
        restart()
    }

    private mutating func restart() {
        ice.restart(now: now)
        iceIsDue = true
        forgetRetries()
        if !isClosed { gather() }
    }

    private func localTransport() -> LocalTransport {
        let own = certificate.fingerprint
        let algorithm = HashAlgorithm(rawValue: own.algorithm.rawValue) ?? .sha256
        let fingerprint = Fingerprint(algorithm: algorithm, bytes: own.digest)
        return LocalTransport(
            usernameFragment: ice.localCredentials.usernameFragment, password: ice.localCredentials.password,
            fingerprints: fingerprint.map { [$0] } ?? [], candidates: ice.localCandidates.map(\.attribute))
    }

    /// Makes what was agreed so.
    private mutating func apply(_ session: NegotiatedSession) {
        guard !isClosed else { return }
        let remote = session.transport
        if security == nil || remote.newAssociation { beginAssociation(remote) }
        applyMedia(session.media)
        if let credentials = ICECredentials(usernameFragment: remote.usernameFragment, password: remote.password) {
            ice.setRemoteCredentials(credentials, now: now)
        }
        for candidate in remote.candidates { ice.addRemoteCandidate(attribute: candidate.text, now: now) }
        let early = earlyCandidates
        earlyCandidates.removeAll()
        for candidate in early { addCandidate(candidate) }
        if remote.endOfCandidates { ice.endOfRemoteCandidates(now: now) }
        afterICE()
        emit(.mediaFlow(audio: audioFlow, video: videoFlow))
    }

    /// A DTLS association with the certificate that was named just now; what the peer sent before belongs to another.
    private mutating func beginAssociation(_ remote: NegotiatedTransport) {
        security?.close(now: now)
        switch securityKind {
        case .plain: security = PlainSecurity()
        case .dtlsSRTP:
            let fingerprints = remote.fingerprints.compactMap { fingerprint in
                DTLSFingerprint.Algorithm(rawValue: fingerprint.algorithm.rawValue).flatMap {
                    DTLSFingerprint(algorithm: $0, digest: fingerprint.bytes)
                }
            }
            security = try? DTLSSRTPSecurity(
                role: remote.role == .client ? .client : .server, certificate: certificate, fingerprints: fingerprints)
        }
        // Without OpenSSL's help there is no call: say so rather than wait.
        securityState = security == nil ? .failed : .new
        sources.removeAll()
        audioReceiver = AudioReceiver()
        videoReceiver.follow(nil)
        videoSender.awaitsKeyFrame = true
        videoSender.cache.removeAll()
        arrivals = TransportFeedbackBuilder()
        timers.stop(.feedback)
        updateState()
    }

    private mutating func applyMedia(_ media: [NegotiatedMedia]) {
        let (sentVideo, receivedVideo) = (videoFlow.sends, videoFlow.receives)
        audio = nil
        video = nil
        for section in media.compactMap({ MediaSection($0) }) {
            switch section.kind {
            case .audio where audio == nil: audio = section
            case .video where video == nil: video = section
            default: continue
            }
        }
        if let audio { audioSender.header.adopt(audio) }
        if let video {
            videoSender.header.adopt(video)
            videoSender.usesRetransmissionStream = video.retransmissionPayloadType != nil
            if video.redundancy == nil { videoReceiver.recovery.reset() }
            videoSender.retransmission.payloadType = video.retransmissionPayloadType ?? 0
            setTargetBitrate(videoSender.targetBitrate)
        }
        if videoFlow.sends, !sentVideo {
            videoSender.awaitsKeyFrame = true
            if securityState == .connected { demandKeyFrame() }
        }
        if receivedVideo, !videoFlow.receives { videoReceiver.follow(nil) }
    }
}
