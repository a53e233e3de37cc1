/// Kinds of RTCP feedback that the engine can send or act on (RFC 4585 §4.2, RFC 5104 §7.1).
public struct RTCPFeedback: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let nack = RTCPFeedback(rawValue: 1)
    public static let pli = RTCPFeedback(rawValue: 2)
    public static let fir = RTCPFeedback(rawValue: 4)
    /// Receiver estimated maximum bitrate (draft-alvestrand-rmcat-remb).
    public static let remb = RTCPFeedback(rawValue: 8)
    /// Transport-wide congestion control (draft-holmer-rmcat-transport-wide-cc-extensions).
    public static let transportCC = RTCPFeedback(rawValue: 16)

    /// As they stand in `a=rtcp-fb`, in the order in which we write them.
    static let names: [(RTCPFeedback, String)] = [
        (.remb, "goog-remb"), (.transportCC, "transport-cc"), (.fir, "ccm fir"), (.nack, "nack"), (.pli, "nack pli"),
    ]

    /// By the attribute's value after the payload type; empty for kinds that we do not know.
    init(fields: ArraySlice<Substring>) {
        let text = fields.map { Text.lowercased($0) }.joined(separator: " ")
        self = Self.names.first { $0.1 == text }?.0 ?? []
    }

    var texts: [String] { Self.names.filter { contains($0.0) }.map { $0.1 } }
}
