/// One media section of the other side's, its attributes read in one pass.
///
/// Lines about formats, streams and extensions that cannot be read are passed over, as if they were not there; lines
/// that the transport or the session's order depends on are checked by who uses them.
struct RemoteSection {
    /// `a=ssrc` with what it says.
    struct Source {
        var cname: String?
        var msid: String?
    }

    var index: Int
    var kind: MediaKind
    var description: MediaDescription
    var mid: String?
    var direction: MediaDirection?
    var isBundleOnly = false
    var rtcpMux = false
    var reducedSizeRTCP = false
    var endOfCandidates = false
    var transport = TransportAttributes()
    var candidates: [String] = []
    var maps: [UInt8: RTPMap] = [:]
    var parameters: [UInt8: FormatParameters] = [:]
    var feedback: [UInt8: RTCPFeedback] = [:]
    var wildcardFeedback: RTCPFeedback = []
    var extensions: [ExtensionMap] = []
    var allowsMixedExtensions = false
    var sources: [UInt32: Source] = [:]
    var sourceOrder: [UInt32] = []
    /// `a=ssrc-group:FID`: a source's retransmissions.
    var retransmissionOf: [UInt32: UInt32] = [:]
    /// Sources that only repair others.
    var secondarySources: Set<UInt32> = []
    var msid: String?

    init(_ description: MediaDescription, index: Int, steps: inout Int) {
        (self.index, self.description, kind) = (index, description, MediaKind(description.kind))
        for attribute in description.attributes {
            steps += 1
            if !transport.take(attribute) { take(attribute) }
        }
    }

    private mutating func take(_ attribute: Attribute) {
        let value = attribute.value ?? ""
        switch attribute.name {
        case "mid": mid = String(Text.trimmed(value))
        case "sendrecv", "sendonly", "recvonly", "inactive": direction = MediaDirection(rawValue: attribute.name)
        case "bundle-only": isBundleOnly = true
        case "rtcp-mux": rtcpMux = true
        case "rtcp-rsize": reducedSizeRTCP = true
        case "candidate": candidates.append("candidate:\(value)")
        case "end-of-candidates": endOfCandidates = true
        case "rtpmap": format(value) { $0.maps[$1] = RTPMap(Text.trimmed($2)) ?? $0.maps[$1] }
        case "fmtp": format(value) { $0.parameters[$1] = FormatParameters($2) }
        case "rtcp-fb": readFeedback(value)
        case "extmap": if let map = ExtensionMap(value) { extensions.append(map) }
        case "extmap-allow-mixed": allowsMixedExtensions = true
        case "ssrc": readSource(value)
        case "ssrc-group": readGroup(value)
        case "msid": if msid == nil { msid = value }
        default: break
        }
    }

    /// `<payload type> <rest>`.
    private mutating func format(_ value: String, _ use: (inout RemoteSection, UInt8, Substring) -> Void) {
        let (number, rest) = Text.cut(Text.trimmed(value), at: Text.space)
        guard let payloadType = Text.decimal(number, as: UInt8.self), payloadType < 128, let rest else { return }
        use(&self, payloadType, rest)
    }

    private mutating func readFeedback(_ value: String) {
        let fields = Text.fields(value)
        guard let first = fields.first else { return }
        let kinds = RTCPFeedback(fields: fields.dropFirst())
        if first == "*" {
            wildcardFeedback.formUnion(kinds)
        } else if let payloadType = Text.decimal(first, as: UInt8.self) {
            feedback[payloadType, default: []].formUnion(kinds)
        }
    }

    /// `<ssrc> <attribute>[:<value>]` (RFC 5576 §4.1).
    private mutating func readSource(_ value: String) {
        let (number, rest) = Text.cut(Text.trimmed(value), at: Text.space)
        guard let ssrc = Text.decimal(number, as: UInt32.self) else { return }
        if sources[ssrc] == nil {
            sources[ssrc] = Source()
            sourceOrder.append(ssrc)
        }
        let (name, text) = Text.cut(Text.trimmed(rest ?? ""), at: UInt8(ascii: ":"))
        switch name {
        case "cname": sources[ssrc]?.cname = text.map { String($0) }
        case "msid": sources[ssrc]?.msid = text.map { String($0) }
        default: break
        }
    }

    private mutating func readGroup(_ value: String) {
        let fields = Text.fields(value)
        // FEC-FR is RFC 5956's; we do without its repairs.
        guard fields.count == 3, fields[0] == "FID" || fields[0] == "FEC-FR",
            let primary = Text.decimal(fields[1], as: UInt32.self),
            let second = Text.decimal(fields[2], as: UInt32.self), primary != second
        else { return }
        secondarySources.insert(second)
        if fields[0] == "FID", retransmissionOf[primary] == nil { retransmissionOf[primary] = second }
    }
}

extension RemoteSection {
    /// The announced sources, retransmissions joined to what they retransmit; at most 16.
    func streams(steps: inout Int) -> [RemoteStream] {
        var streams: [RemoteStream] = []
        for ssrc in sourceOrder {
            steps += 1
            guard streams.count < 16 else { break }
            if secondarySources.contains(ssrc) { continue }
            streams.append(
                RemoteStream(ssrc: ssrc, retransmissionSSRC: retransmissionOf[ssrc], cname: sources[ssrc]?.cname))
        }
        return streams
    }

    /// Stream and track of `a=msid`, or of the first source that has one.
    func track(steps: inout Int) -> (stream: String?, track: String?) {
        steps += sourceOrder.count
        guard let text = msid ?? sourceOrder.lazy.compactMap({ sources[$0]?.msid }).first else { return (nil, nil) }
        let fields = Text.fields(text)
        // A stream of "-" is no stream (RFC 8830 §2).
        let stream = fields.first.flatMap { $0 == "-" ? nil : String($0) }
        return (stream, fields.dropFirst().first.map { String($0) })
    }

    /// `b=TIAS` in bits, else `b=AS` in kilobits per second (RFC 3890, RFC 8866 §5.8).
    var maximumBitrate: UInt64? {
        if let exact = description.bandwidths.first(where: { $0.type == "TIAS" }) { return exact.value }
        guard let rough = description.bandwidths.first(where: { $0.type == "AS" }) else { return nil }
        let (bits, overflow) = rough.value.multipliedReportingOverflow(by: 1000)
        return overflow ? nil : bits
    }
}
