/// One media section of ours, ready to be written.
struct LocalSection {
    /// A codec with this session's numbers.
    struct Codec {
        var row: Int
        var payloadTypes: PayloadTypes
        var feedback: RTCPFeedback
    }

    /// A section's place, which it keeps when it is refused.
    struct Place: Hashable {
        var mid: String
        /// False where the other side's section has no `a=mid`.
        var writesMid = true
        var kind: MediaKind
        var transport = "UDP/TLS/RTP/SAVPF"
        /// What a refused section's `m=` line says.
        var formats: [String]
        var isAccepted: Bool

        var slot: MediaSlot { MediaSlot(checked: mid, kind) }
    }

    var place: Place
    var direction = MediaDirection.inactive
    var codecs: [Codec] = []
    var extensions = NegotiatedExtensions()
    var redundancy: RedundancyPayloadTypes?
    var reducedSizeRTCP = true
    /// What is sent here; nil to receive only.
    var sender: LocalMedia?
}

extension LocalSection {
    /// The section as RFC 8829 §5.2.1 and §5.3.1 list its lines.
    func description(
        _ capabilities: MediaCapabilities, cname: String, transport: LocalTransport, setup: SetupRole,
        withCandidates: Bool
    ) -> MediaDescription {
        guard place.isAccepted else { return refusal }
        let rows = codecs.map { (codec: $0, capability: capabilities.codecs[$0.row]) }
        let formats = rows.flatMap { $0.codec.payloadTypes.all } + (redundancy?.all ?? [])
        // Port 9 stands for an address that ICE will find (RFC 8840 §4.1.1).
        var media = MediaDescription(
            kind: place.kind.description, port: 9, transport: place.transport, formats: formats.map { String($0) })
        media.connections = [.none]
        func add(_ name: String, _ value: String? = nil) { media.attributes.append(Attribute(name, value)) }

        add("rtcp", "9 \(SessionDescription.Connection.none)")
        if withCandidates {
            for candidate in transport.candidates {
                let (_, value) = Text.cut(candidate, at: UInt8(ascii: ":"))
                add("candidate", value.map { String($0) })
            }
            if transport.endOfCandidates { add("end-of-candidates") }
        }
        add("ice-ufrag", transport.usernameFragment)
        add("ice-pwd", transport.password)
        add("ice-options", "trickle")
        for fingerprint in transport.fingerprints { add("fingerprint", fingerprint.description) }
        add("setup", setup.rawValue)
        if place.writesMid { add("mid", place.mid) }
        if extensions.allowsMixed { add("extmap-allow-mixed") }
        for kind in HeaderExtension.allCases {
            if let id = extensions[kind] { add("extmap", "\(id) \(kind.uri)") }
        }
        add(direction.rawValue)
        let sent = direction.sends ? sender : nil
        if let sent { add("msid", "\(sent.streamID) \(sent.trackID)") }
        add("rtcp-mux")
        if reducedSizeRTCP { add("rtcp-rsize") }
        for (codec, capability) in rows {
            let number = codec.payloadTypes.primary
            add("rtpmap", "\(number) \(capability.map)")
            for text in codec.feedback.texts { add("rtcp-fb", "\(number) \(text)") }
            if !capability.parameters.isEmpty { add("fmtp", "\(number) \(capability.parameters)") }
            if let retransmission = codec.payloadTypes.retransmission {
                add("rtpmap", "\(retransmission) rtx/\(capability.map.clockRate)")
                add("fmtp", "\(retransmission) apt=\(number)")
            }
        }
        if let redundancy {
            let clockRate = RedundancyPayloadTypes.clockRate
            add("rtpmap", "\(redundancy.red) red/\(clockRate)")
            if let retransmission = redundancy.redRetransmission {
                add("rtpmap", "\(retransmission) rtx/\(clockRate)")
                add("fmtp", "\(retransmission) apt=\(redundancy.red)")
            }
            add("rtpmap", "\(redundancy.ulpfec) ulpfec/\(clockRate)")
        }
        guard let sent else { return media }
        var ssrcs = [sent.ssrc]
        if let second = sent.retransmissionSSRC, codecs.contains(where: { $0.payloadTypes.retransmission != nil }) {
            ssrcs.append(second)
            add("ssrc-group", "FID \(sent.ssrc) \(second)")
        }
        for ssrc in ssrcs {
            add("ssrc", "\(ssrc) cname:\(cname)")
            add("ssrc", "\(ssrc) msid:\(sent.streamID) \(sent.trackID)")
        }
        return media
    }

    /// Port 0 and nothing to agree on (RFC 3264 §6).
    private var refusal: MediaDescription {
        var media = MediaDescription(
            kind: place.kind.description, port: 0, transport: place.transport, formats: place.formats)
        media.connections = [.none]
        if place.writesMid { media.attributes.append(Attribute("mid", place.mid)) }
        media.attributes.append(Attribute(MediaDirection.inactive.rawValue))
        return media
    }
}
