/// One row of the codec table: a codec that can be sent and received here. Adding a codec is adding a row.
public struct CodecCapability: Hashable, Sendable {
    /// A parameter that must be the same on both sides for the codec to be the same.
    public struct Distinction: Hashable, Sendable {
        public var parameter: String
        /// What it means when it is not said.
        public var otherwise: String
        /// How much of the value counts, in characters; nil for all of it.
        public var prefix: Int?

        public init(_ parameter: String, otherwise: String, prefix: Int? = nil) {
            (self.parameter, self.otherwise, self.prefix) = (parameter, otherwise, prefix)
        }
    }

    public var kind: MediaKind
    public var map: RTPMap
    /// What we say in `a=fmtp`.
    public var parameters: FormatParameters
    public var distinctions: [Distinction]
    public var feedback: RTCPFeedback
    /// Used in our offers unless taken; an offer's own number wins (RFC 3264 §6.1).
    public var payloadType: UInt8
    /// The number for retransmissions (RFC 4588), nil to have none.
    public var retransmissionPayloadType: UInt8?

    public init(
        _ kind: MediaKind, _ map: RTPMap, parameters: String = "", distinctions: [Distinction] = [],
        feedback: RTCPFeedback = [], payloadType: UInt8, retransmissionPayloadType: UInt8? = nil
    ) {
        (self.kind, self.map, self.parameters) = (kind, map, FormatParameters(parameters))
        (self.distinctions, self.feedback, self.payloadType) = (distinctions, feedback, payloadType)
        self.retransmissionPayloadType = retransmissionPayloadType
    }

    /// Whether the other side's format is this codec.
    func matches(_ other: RTPMap, _ otherParameters: FormatParameters) -> Bool {
        guard other.clockRate == map.clockRate, other.channels == map.channels,
            Text.lowercased(other.name) == Text.lowercased(map.name)
        else { return false }
        return distinctions.allSatisfy { d in
            func significant(_ list: FormatParameters) -> String {
                let value = Text.lowercased(Text.trimmed(list[d.parameter] ?? d.otherwise))
                return d.prefix.map { String(value.prefix($0)) } ?? value
            }
            return significant(parameters) == significant(otherParameters)
        }
    }
}

/// What this side can speak, independent of any call: the codec table, the header extensions and how many media
/// sections of a kind it takes.
public struct MediaCapabilities: Hashable, Sendable {
    public var codecs: [CodecCapability]
    /// In the order of their ids in our offers, counted from 1.
    public var extensions: [HeaderExtension]
    /// RED and ULPFEC for video, with the numbers for our offers unless taken; nil to have neither.
    public var redundancy: RedundancyPayloadTypes?
    /// Sections beyond these numbers are answered with port 0.
    public var maximumAudioSections = 1
    public var maximumVideoSections = 1

    public init(
        codecs: [CodecCapability], extensions: [HeaderExtension] = HeaderExtension.allCases,
        redundancy: RedundancyPayloadTypes? = nil
    ) {
        (self.codecs, self.extensions, self.redundancy) = (codecs, extensions, redundancy)
    }

    public func maximumSections(of kind: MediaKind) -> Int {
        guard codecs.contains(where: { $0.kind == kind }) else { return 0 }
        switch kind {
        case .audio: return maximumAudioSections
        case .video: return maximumVideoSections
        case .other: return 0
        }
    }

    /// Takes a kind of feedback out of every codec, for an engine that does not send it.
    public mutating func withdraw(_ feedback: RTCPFeedback) {
        for i in codecs.indices { codecs[i].feedback.subtract(feedback) }
    }
}
