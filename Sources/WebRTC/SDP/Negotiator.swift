/// Offers and answers of one call (RFC 8829), as a value: descriptions in, descriptions and `NegotiatedSession` out.
///
/// It owns the session's order of sections, their mids, payload types and extension ids, which stay as they are once
/// agreed, and the version in `o=`. It holds no transport: ICE credentials and candidates are given when a description
/// is written. Every method that throws leaves everything as it was.
///
/// 1. As offerer: `createOffer`, then `setRemote(answer:)`; the offer may be written anew in between, or taken back
///    with `rollback`.
/// 2. As answerer: `setRemote(offer:)`, whose result says if fresh credentials are due, then `createAnswer`.
public struct Negotiator: Sendable {
    public let capabilities: MediaCapabilities
    /// What we send, by kind; changes count from the next description on.
    public var localMedia: [LocalMedia]
    public let limits: SDPLimits
    public internal(set) var signalingState = SignalingState.stable
    /// What was agreed last; nil until the first answer.
    public internal(set) var session: NegotiatedSession?

    let cname: String
    let sessionID: UInt64
    var agreed: Agreed
    var openOffer: [LocalSection] = []
    var openAnswer: OpenAnswer?
    private var lastDescription: SessionDescription?
    /// Lines, bytes and matches looked at so far: what the tests hold against the size of the input.
    package internal(set) var steps = 0

    /// What both sides hold to be so.
    struct Agreed {
        var places: [LocalSection.Place] = []
        /// By row of the codec table.
        var payloadTypes: [Int: PayloadTypes] = [:]
        var extensions = NegotiatedExtensions()
        var redundancy: RedundancyPayloadTypes?
        /// Which of `localMedia` a section sends, by mid.
        var senders: [String: Int] = [:]
        var remote: RemoteTransport?
        var role: DTLSRole?
    }

    /// - Parameters:
    ///   - cname: RTCP's name of this endpoint (RFC 7022), a token.
    ///   - sessionID: drawn at random; 62 bits of it are used (RFC 8829 §5.2.1).
    ///   - previous: the order of an earlier process's sections, if its call is taken up again: the first offer keeps it.
    public init(
        capabilities: MediaCapabilities = .kiosk, localMedia: [LocalMedia], cname: String, sessionID: UInt64,
        previous: [MediaSlot] = [], limits: SDPLimits = SDPLimits()
    ) {
        precondition(Text.isToken(cname), "a cname is a token")
        (self.capabilities, self.localMedia, self.limits) = (capabilities, localMedia, limits)
        (self.cname, self.sessionID) = (cname, sessionID >> 2)
        agreed = Agreed()
        var counts: [MediaKind: Int] = [:]
        for slot in previous.prefix(limits.mediaSections) {
            let count = counts[slot.kind, default: 0]
            counts[slot.kind] = count + 1
            let isData = slot.kind == .other("application")
            agreed.places.append(
                LocalSection.Place(
                    mid: slot.mid, kind: slot.kind, transport: isData ? "UDP/DTLS/SCTP" : "UDP/TLS/RTP/SAVPF",
                    formats: isData ? ["webrtc-datachannel"] : ["0"],
                    isAccepted: count < capabilities.maximumSections(of: slot.kind)))
        }
    }

    /// The sections in their order, refused ones included: `previous` for a process that takes the call up again.
    public var slots: [MediaSlot] { agreed.places.map { $0.slot } }

    /// Takes back an open offer of ours or of the other side's (RFC 8829 §4.1.10.2).
    public mutating func rollback() {
        openOffer = []
        openAnswer = nil
        signalingState = .stable
    }
}

extension Negotiator {
    /// Writes a description; its version goes up if it is not the one written before (RFC 8829 §5.2.2).
    mutating func write(
        _ sections: [LocalSection], bundle: [String], transport: LocalTransport, setup: SetupRole
    ) -> String {
        let version = lastDescription?.origin.sessionVersion ?? "0"
        var description = SessionDescription(
            origin: .init(sessionID: String(sessionID), sessionVersion: version))
        if !bundle.isEmpty {
            description.attributes.append(Attribute("group", (["BUNDLE"] + bundle).joined(separator: " ")))
        }
        let tagged = bundle.first ?? sections.first { $0.place.isAccepted }?.place.mid
        description.media = sections.map {
            $0.description(
                capabilities, cname: cname, transport: transport, setup: setup,
                withCandidates: $0.place.mid == tagged)
        }
        if let lastDescription, lastDescription != description {
            description.origin.sessionVersion = String((Text.decimal(version, as: UInt64.self) ?? 0) &+ 1)
        }
        lastDescription = description
        return description.description
    }

    /// Gives the accepted sections what they send: what they sent before, else what no other section sends.
    func senders(of accepted: [MediaSlot]) -> [String: Int] {
        var result: [String: Int] = [:]
        for slot in accepted {
            if let old = agreed.senders[slot.mid], localMedia.indices.contains(old), localMedia[old].kind == slot.kind {
                result[slot.mid] = old
            }
        }
        for slot in accepted where result[slot.mid] == nil {
            result[slot.mid] = localMedia.indices.first { index in
                localMedia[index].kind == slot.kind && !result.values.contains(index)
            }
        }
        return result
    }

    /// How the other side's transport stands to what was agreed before.
    func changes(to remote: RemoteTransport) throws(NegotiationError) -> (iceRestart: Bool, newAssociation: Bool) {
        guard let previous = agreed.remote else { return (false, false) }
        let iceRestart = remote.restartsICE(after: previous)
        let newAssociation = remote.changesCertificate(after: previous)
        guard iceRestart || !newAssociation else { throw .fingerprintChanged }
        return (iceRestart, newAssociation)
    }

    /// Our role by what the other side says of its own, which a live association keeps (RFC 8842 §5).
    ///
    /// Saying nothing means `active` in an offer and `passive` in an answer (RFC 4145 §4), or no change.
    func role(
        _ setup: SetupRole?, inOffer: Bool, newAssociation: Bool
    ) throws(NegotiationError) -> DTLSRole {
        let current = newAssociation ? nil : agreed.role
        let role: DTLSRole
        switch setup {
        case .actpass where inOffer: role = current ?? .client
        case .active: role = .server
        case .passive: role = .client
        case nil: role = current ?? (inOffer ? .server : .client)
        case .actpass, .holdconn: throw .setupConflict
        }
        guard current == nil || current == role else { throw .setupConflict }
        return role
    }

    /// Makes what was just agreed the state of the session.
    mutating func settle(
        places: [LocalSection.Place], agreements: [Agreement], remote: RemoteTransport, role: DTLSRole,
        changes: (iceRestart: Bool, newAssociation: Bool), media: [NegotiatedMedia], senders: [String: Int]
    ) -> NegotiatedSession {
        agreed.places = places
        agreed.keepNumbers(of: agreements)
        (agreed.remote, agreed.role, agreed.senders) = (remote, role, senders)
        rollback()
        let transport = NegotiatedTransport(
            usernameFragment: remote.usernameFragment, password: remote.password, fingerprints: remote.fingerprints,
            role: role, mid: remote.mid, mids: remote.mids, candidates: remote.candidates,
            endOfCandidates: remote.endOfCandidates, trickle: remote.trickle, isLite: remote.isLite,
            iceRestart: changes.iceRestart, newAssociation: changes.newAssociation)
        let result = NegotiatedSession(transport: transport, media: media)
        session = result
        return result
    }

    /// One accepted section as the engine sees it.
    mutating func negotiated(
        _ section: RemoteSection, mid: String, _ agreement: Agreement, direction: MediaDirection, sender: LocalMedia?
    ) -> NegotiatedMedia {
        let track = section.track(steps: &steps)
        return NegotiatedMedia(
            mid: mid, mLineIndex: section.index, kind: section.kind, direction: direction,
            codecs: agreement.codecs.map { $0.codec }, extensions: agreement.extensions,
            redundancy: agreement.redundancy, reducedSizeRTCP: section.reducedSizeRTCP,
            remoteStreams: section.streams(steps: &steps),
            remoteStreamID: track.stream, remoteTrackID: track.track, maximumBitrate: section.maximumBitrate,
            local: sender)
    }
}
