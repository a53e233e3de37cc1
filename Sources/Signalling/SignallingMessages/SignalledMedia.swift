/// A session description as the dialect carries it (W3C RTCSessionDescriptionInit).
public struct SignalledDescription: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable { case offer, answer }
    public var kind: Kind
    public var sdp: String

    public init(_ kind: Kind, sdp: String) { (self.kind, self.sdp) = (kind, sdp) }
}

/// An ICE candidate as the dialect carries it (W3C RTCIceCandidateInit).
public struct SignalledCandidate: Hashable, Sendable {
    /// The candidate-attribute without "a="; empty means that no more will come.
    public var candidate: String
    public var sdpMid: String?
    public var sdpMLineIndex: Int?
    public var usernameFragment: String?

    public init(candidate: String, sdpMid: String? = nil, sdpMLineIndex: Int? = nil, usernameFragment: String? = nil) {
        (self.candidate, self.sdpMid) = (candidate, sdpMid)
        (self.sdpMLineIndex, self.usernameFragment) = (sdpMLineIndex, usernameFragment)
    }
}

extension SignalledDescription {
    /// `kind` is what the event says; a description whose own type says otherwise is refused.
    init(_ json: JSONValue, expecting kind: Kind) throws(MessageError) {
        let type = try json.optionalText("type", limit: 16)
        guard type == nil || type == kind.rawValue else { throw .invalidField("type") }
        self.init(kind, sdp: try json.text("sdp", limit: MessageLimits.sdp))
    }

    var json: JSONValue { ["type": .string(kind.rawValue), "sdp": .string(sdp)] }
}

extension SignalledCandidate {
    /// Null, which some pages send when gathering ends, is read as the empty candidate.
    init(_ json: JSONValue) throws(MessageError) {
        if json.isNull {
            self.init(candidate: "")
            return
        }
        let index = json["sdpMLineIndex"]?.integer
        guard index.map({ (0..<1024).contains($0) }) ?? true else { throw .invalidField("sdpMLineIndex") }
        self.init(
            candidate: try json.text("candidate", limit: MessageLimits.candidate),
            sdpMid: try json.optionalText("sdpMid", limit: MessageLimits.mid),
            sdpMLineIndex: index.flatMap { Int(exactly: $0) },
            usernameFragment: try json.optionalText("usernameFragment", limit: 256))
    }

    var json: JSONValue {
        .members([
            ("candidate", .string(candidate)), ("sdpMid", sdpMid.map(JSONValue.string)),
            ("sdpMLineIndex", sdpMLineIndex.map { .integer(Int64($0)) }),
            ("usernameFragment", usernameFragment.map(JSONValue.string)),
        ])
    }
}
