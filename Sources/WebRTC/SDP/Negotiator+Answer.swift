extension Negotiator {
    /// An offer of the other side's that waits for its answer.
    struct OpenAnswer {
        var description: RemoteDescription
        var places: [LocalSection.Place]
        /// By index of the section; nil for refused ones.
        var agreements: [Agreement?]
        var remote: RemoteTransport
        var role: DTLSRole
        var changes: (iceRestart: Bool, newAssociation: Bool)
    }

    /// Takes an offer (RFC 8829 §5.10). One that follows before the answer replaces it; one that meets an offer of
    /// ours is `wrongState`, and the caller decides whose is rolled back.
    @discardableResult
    public mutating func setRemote(offer text: String) throws(NegotiationError) -> RemoteOffer {
        guard signalingState != .haveLocalOffer else { throw .wrongState(signalingState) }
        let description = try RemoteDescription(text, limits: limits, answering: nil, steps: &steps)
        try checkOrder(description)
        let accepted = accepted(description)
        let remote = try description.transport(accepted: accepted, steps: &steps)
        let changes = try changes(to: remote)
        let role = try role(remote.setup, inOffer: true, newAssociation: changes.newAssociation)

        var agreements = [Agreement?](repeating: nil, count: description.sections.count)
        for index in accepted {
            agreements[index] = try Agreement(description.sections[index], capabilities, steps: &steps)
        }
        try Agreement.checkShared(
            accepted.compactMap { index in agreements[index].map { (description.sections[index].kind, $0) } })
        let places = description.sections.map { section in
            LocalSection.Place(
                mid: description.mid(section.index), writesMid: section.mid != nil, kind: section.kind,
                transport: section.description.transport, formats: Array(section.description.formats.prefix(32)),
                isAccepted: agreements[section.index] != nil)
        }
        openAnswer = OpenAnswer(
            description: description, places: places, agreements: agreements, remote: remote, role: role,
            changes: changes)
        signalingState = .haveRemoteOffer
        return RemoteOffer(
            iceRestart: changes.iceRestart, newAssociation: changes.newAssociation, trickle: remote.trickle,
            isLite: remote.isLite)
    }

    /// Writes the answer to the offer that waits (RFC 8829 §5.3), and with it the session is agreed.
    public mutating func createAnswer(
        _ transport: LocalTransport
    ) throws(NegotiationError) -> (answer: String, session: NegotiatedSession) {
        guard signalingState == .haveRemoteOffer, let open = openAnswer else { throw .wrongState(signalingState) }
        let senders = senders(of: open.places.filter { $0.isAccepted }.map { $0.slot })
        var sections: [LocalSection] = []
        var media: [NegotiatedMedia] = []
        for (place, offered) in zip(open.places, open.description.sections) {
            var section = LocalSection(place: place)
            if let agreement = open.agreements[offered.index] {
                section.sender = senders[place.mid].map { localMedia[$0] }
                section.direction = (offered.direction ?? .sendrecv).reversed
                    .intersection(section.sender?.direction ?? .recvonly)
                section.extensions = agreement.extensions
                section.redundancy = agreement.redundancy
                section.reducedSizeRTCP = offered.reducedSizeRTCP
                section.codecs = agreement.codecs.map { row, codec in
                    .init(
                        row: row,
                        payloadTypes: .init(
                            primary: codec.payloadType, retransmission: codec.retransmissionPayloadType),
                        feedback: codec.feedback)
                }
                media.append(
                    negotiated(
                        offered, mid: place.mid, agreement, direction: section.direction, sender: section.sender))
            }
            sections.append(section)
        }
        let isBundled = open.description.bundles.contains { $0.contains(open.remote.mid) }
        let answer = write(
            sections, bundle: isBundled ? open.remote.mids : [], transport: transport, setup: open.role.setup)
        let session = settle(
            places: open.places, agreements: open.agreements.compactMap { $0 }, remote: open.remote, role: open.role,
            changes: open.changes, media: media, senders: senders)
        return (answer, session)
    }

    /// Sections stay in their places; only a refused one's place may be taken by another (RFC 8829 §5.2.2, §5.10).
    private func checkOrder(_ description: RemoteDescription) throws(NegotiationError) {
        guard session != nil else { return }
        guard description.sections.count >= agreed.places.count else { throw .mLinesMissing }
        for (index, place) in agreed.places.enumerated() where place.isAccepted {
            guard description.mid(index) == place.mid, description.sections[index].kind == place.kind else {
                throw .mLineChanged(index: index)
            }
        }
    }

    /// The sections that we take: those of before, then others in order, as many of a kind as we can.
    private func accepted(_ description: RemoteDescription) -> [Int] {
        let earlier = session == nil ? [] : Set(agreed.places.filter { $0.isAccepted }.map { $0.mid })
        let live = description.sections.indices.filter { description.isLive($0) }
        let kept = live.filter { earlier.contains(description.mid($0)) }
        var counts: [MediaKind: Int] = [:]
        var accepted: [Int] = []
        for index in kept + live.filter({ !earlier.contains(description.mid($0)) }) {
            let kind = description.sections[index].kind
            guard counts[kind, default: 0] < capabilities.maximumSections(of: kind) else { continue }
            counts[kind, default: 0] += 1
            accepted.append(index)
        }
        return accepted.sorted()
    }
}
