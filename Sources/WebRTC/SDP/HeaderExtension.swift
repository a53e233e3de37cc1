/// RTP header extensions that the engine speaks (RFC 8285).
public enum HeaderExtension: String, Hashable, Sendable, CaseIterable {
    case mid = "urn:ietf:params:rtp-hdrext:sdes:mid"
    case transportSequenceNumber = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
    case absoluteSendTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"

    public var uri: String { rawValue }
}

/// The ids agreed for one media section; nil where an extension is not in use.
public struct NegotiatedExtensions: Hashable, Sendable {
    public var mid: UInt8?
    public var transportSequenceNumber: UInt8?
    public var absoluteSendTime: UInt8?
    /// One- and two-byte headers may be mixed (RFC 8285 §4.1.2). Ids over 14 are agreed only with it.
    public var allowsMixed = false

    public init() {}

    public subscript(kind: HeaderExtension) -> UInt8? {
        get {
            switch kind {
            case .mid: mid
            case .transportSequenceNumber: transportSequenceNumber
            case .absoluteSendTime: absoluteSendTime
            }
        }
        set {
            switch kind {
            case .mid: mid = newValue
            case .transportSequenceNumber: transportSequenceNumber = newValue
            case .absoluteSendTime: absoluteSendTime = newValue
            }
        }
    }
}

/// `a=extmap:<id>[/<direction>] <URI>`.
struct ExtensionMap {
    var id: UInt16
    var direction: MediaDirection
    var uri: String

    init?(_ value: some StringProtocol) {
        let fields = Text.fields(value)
        guard fields.count >= 2 else { return nil }
        let (number, way) = Text.cut(fields[0], at: UInt8(ascii: "/"))
        guard let id = Text.decimal(number, as: UInt16.self),
            let direction = way.map({ MediaDirection(rawValue: Text.lowercased($0)) }) ?? .sendrecv
        else { return nil }
        (self.id, self.direction, uri) = (id, direction, String(fields[1]))
    }
}
