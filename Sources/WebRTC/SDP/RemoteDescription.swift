/// The other side's description, read and held against the rules that hold for every description.
struct RemoteDescription {
    var session = TransportAttributes()
    var sections: [RemoteSection] = []
    /// Each bundle's mids.
    var bundles: [[String]] = []
    /// Which sections the other side keeps alive.
    private var live: [Bool] = []

    /// - Parameter mids: for an answer, the offer's, which sections without one take.
    init(
        _ text: String, limits: SDPLimits, answering mids: [String]?, steps: inout Int
    ) throws(NegotiationError) {
        let description: SessionDescription
        var parser = SDPParser(limits: limits)
        do { description = try parser.parse(text) } catch { throw .malformed(error) }
        steps += parser.steps

        var direction: MediaDirection?
        var extensions: [ExtensionMap] = []
        var allowsMixed = false
        for attribute in description.attributes where !session.take(attribute) {
            steps += 1
            switch attribute.name {
            case "group":
                let fields = Text.fields(attribute.value ?? "")
                if fields.first == "BUNDLE" { bundles.append(fields.dropFirst().map { String($0) }) }
            case "extmap": if let map = ExtensionMap(attribute.value ?? "") { extensions.append(map) }
            case "extmap-allow-mixed": allowsMixed = true
            case "sendrecv", "sendonly", "recvonly", "inactive": direction = MediaDirection(rawValue: attribute.name)
            default: break
            }
        }
        guard !session.hasCrypto else { throw .sdes(mLineIndex: nil) }
        for (index, media) in description.media.enumerated() {
            var section = RemoteSection(media, index: index, steps: &steps)
            section.direction = section.direction ?? direction
            section.extensions += extensions
            section.allowsMixedExtensions = section.allowsMixedExtensions || allowsMixed
            sections.append(section)
            // In an answer a port of 0 is a refusal, whatever else is said (RFC 8843 §7.3.3).
            live.append(media.port != 0 || (section.isBundleOnly && mids == nil))
            steps += extensions.count
        }
        try checkSecurity()
        try settleMids(answering: mids, steps: &steps)
    }

    func isLive(_ index: Int) -> Bool { live.indices.contains(index) && live[index] }

    private func checkSecurity() throws(NegotiationError) {
        for section in sections where isLive(section.index) {
            guard !section.transport.hasCrypto else { throw .sdes(mLineIndex: section.index) }
            guard section.kind == .audio || section.kind == .video else { continue }
            // RFC 8829 §5.1.2; what is not secure RTP keyed by DTLS is refused, not ignored.
            switch section.description.transport {
            case "UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "TCP/DTLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVP", "RTP/SAVPF",
                "RTP/SAVP":
                continue
            default: throw .plainRTP(mLineIndex: section.index)
            }
        }
    }

    private mutating func settleMids(answering mids: [String]?, steps: inout Int) throws(NegotiationError) {
        var seen: Set<String> = []
        for i in sections.indices {
            steps += 1
            if let mids, sections[i].mid == nil, mids.indices.contains(i) { sections[i].mid = mids[i] }
            // A section of old without a mid is known by its place (RFC 8829 §5.10).
            let mid = sections[i].mid ?? String(i)
            guard Text.isToken(mid), mid.utf8.count <= 64 else { throw .malformedAttribute("mid") }
            guard seen.insert(mid).inserted else { throw .duplicateMid(mid) }
        }
    }

    func mid(_ index: Int) -> String { sections[index].mid ?? String(index) }

    /// The transport of the accepted sections, which must all be in one bundle (RFC 8843 §7.3, RFC 8859).
    func transport(accepted: [Int], steps: inout Int) throws(NegotiationError) -> RemoteTransport {
        guard let first = accepted.first else { throw .noMedia }
        let bundle = bundles.first { $0.contains(mid(first)) } ?? [mid(first)]
        let members = Set(bundle)
        for index in accepted {
            steps += 1
            guard members.contains(mid(index)) else { throw .notBundled(mid: mid(index)) }
            guard sections[index].rtcpMux else { throw .missingRTCPMux(mid: mid(index)) }
        }
        let acceptedMids = Set(accepted.map { mid($0) })
        let mids = bundle.filter { acceptedMids.contains($0) }
        steps += bundle.count
        guard Set(mids).count == mids.count else { throw .malformedAttribute("group") }
        let byMid = Dictionary(uniqueKeysWithValues: sections.indices.map { (mid($0), sections[$0]) })
        // The tagged section's own attributes count; where its tag's bearer is refused, or silent, the bundle's first.
        let tagged = mids.first ?? mid(first)
        let offered = bundle.first ?? tagged
        let levels = [byMid[tagged]?.transport, byMid[offered]?.transport, session].compactMap { $0 }
        let (usernameFragment, password) = try TransportAttributes.credentials(levels)
        let fingerprints = try TransportAttributes.trusted(
            levels.first { !$0.fingerprints.isEmpty }?.fingerprints ?? [], steps: &steps)
        let setup = levels.lazy.compactMap { $0.setup }.first
        var role: SetupRole?
        if let setup {
            guard let known = SetupRole(rawValue: setup) else { throw .malformedAttribute("setup") }
            role = known
        }
        var candidates: [NegotiatedTransport.Candidate] = []
        var known: Set<String> = []
        var ended = false
        for index in accepted {
            let section = sections[index]
            let own = section.transport
            if !own.fingerprints.isEmpty {
                let trusted = try TransportAttributes.trusted(own.fingerprints, steps: &steps)
                guard Set(trusted) == Set(fingerprints) else { throw .conflictingFingerprints }
            }
            guard own.setup == nil || own.setup == setup else { throw .setupConflict }
            // Before the bundle is agreed, a section may have credentials, and so candidates, of its own.
            guard own.usernameFragment == nil || own.usernameFragment == usernameFragment else { continue }
            for text in section.candidates {
                steps += 1
                if known.insert(text).inserted { candidates.append(.init(mid: mid(index), text: text)) }
            }
            ended = ended || section.endOfCandidates
        }
        return RemoteTransport(
            usernameFragment: usernameFragment, password: password, fingerprints: fingerprints, setup: role,
            isLite: session.isLite || levels.contains { $0.isLite }, trickle: levels.contains { $0.trickle },
            mid: tagged, mids: mids, candidates: candidates, endOfCandidates: ended)
    }
}
