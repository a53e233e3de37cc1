extension Negotiator {
    /// Writes an offer (RFC 8829 §5.2). Called again before the answer, it replaces the open offer.
    ///
    /// The first offer has one section for each of `localMedia`, or the order of `previous`; later ones keep the
    /// session's sections and add one for a kind that has none yet. All sections are bundled.
    public mutating func createOffer(_ transport: LocalTransport) throws(NegotiationError) -> String {
        guard signalingState != .haveRemoteOffer else { throw .wrongState(signalingState) }
        let sections = offeredSections()
        let bundle = sections.filter { $0.place.isAccepted }.map { $0.place.mid }
        guard !bundle.isEmpty else { throw .noMedia }
        openOffer = sections
        signalingState = .haveLocalOffer
        return write(sections, bundle: bundle, transport: transport, setup: .actpass)
    }

    /// Takes the answer to the open offer (RFC 8829 §5.11).
    @discardableResult
    public mutating func setRemote(answer text: String) throws(NegotiationError) -> NegotiatedSession {
        guard signalingState == .haveLocalOffer else { throw .wrongState(signalingState) }
        let description = try RemoteDescription(
            text, limits: limits, answering: openOffer.map { $0.place.mid }, steps: &steps)
        guard description.sections.count == openOffer.count else { throw .mLinesMissing }
        var places = openOffer.map { $0.place }
        var accepted: [Int] = []
        for (index, section) in description.sections.enumerated() {
            guard description.mid(index) == places[index].mid, section.kind == places[index].kind else {
                throw .mLineChanged(index: index)
            }
            places[index].isAccepted = places[index].isAccepted && description.isLive(index)
            if places[index].isAccepted { accepted.append(index) }
        }
        let remote = try description.transport(accepted: accepted, steps: &steps)
        let changes = try changes(to: remote)
        let role = try role(remote.setup, inOffer: false, newAssociation: changes.newAssociation)

        var agreements: [(MediaKind, Agreement)] = []
        var media: [NegotiatedMedia] = []
        var senders: [String: Int] = [:]
        let assigned = self.senders(of: openOffer.filter { $0.place.isAccepted }.map { $0.place.slot })
        for index in accepted {
            let (section, offered) = (description.sections[index], openOffer[index])
            let expected = Dictionary(uniqueKeysWithValues: offered.codecs.map { ($0.row, $0.payloadTypes) })
            let agreement = try Agreement(
                section, capabilities, expected: expected, offered: offered.extensions, redundancy: offered.redundancy,
                steps: &steps)
            agreements.append((section.kind, agreement))
            let theirs = section.direction ?? .sendrecv
            media.append(
                negotiated(
                    section, mid: offered.place.mid, agreement,
                    direction: theirs.reversed.intersection(offered.direction), sender: offered.sender))
            senders[offered.place.mid] = assigned[offered.place.mid]
        }
        return settle(
            places: places, agreements: agreements.map { $0.1 }, remote: remote, role: role, changes: changes,
            media: media, senders: senders)
    }

    private func offeredSections() -> [LocalSection] {
        var places = agreed.places
        for media in localMedia where !places.contains(where: { $0.kind == media.kind }) {
            guard capabilities.maximumSections(of: media.kind) > 0, places.count < limits.mediaSections else {
                continue
            }
            let used = Set(places.map { $0.mid })
            var number = places.count
            while used.contains(String(number)) { number += 1 }
            places.append(.init(mid: String(number), kind: media.kind, formats: ["0"], isAccepted: true))
        }
        let (payloadTypes, redundancy) = offeredPayloadTypes()
        let extensions = offeredExtensions()
        let senders = senders(of: places.filter { $0.isAccepted }.map { $0.slot })
        return places.map { place in
            var section = LocalSection(place: place)
            guard place.isAccepted else { return section }
            section.sender = senders[place.mid].map { localMedia[$0] }
            section.direction = section.sender?.direction ?? .recvonly
            section.extensions = extensions
            if place.kind == .video { section.redundancy = redundancy }
            for (row, capability) in capabilities.codecs.enumerated() where capability.kind == place.kind {
                guard let numbers = payloadTypes[row] else { continue }
                var feedback = capability.feedback
                if extensions.transportSequenceNumber == nil { feedback.remove(.transportCC) }
                section.codecs.append(.init(row: row, payloadTypes: numbers, feedback: feedback))
            }
            return section
        }
    }
}
