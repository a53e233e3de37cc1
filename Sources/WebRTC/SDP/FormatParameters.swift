/// The parameters of a format in `a=fmtp`, in their order (RFC 8866 §6.15): names without regard to case.
public struct FormatParameters: Hashable, Sendable {
    public struct Parameter: Hashable, Sendable {
        public var name: String
        public var value: String?
    }
    public private(set) var list: [Parameter] = []

    public init() {}

    /// Reads `name=value;name=value`; at most 64 parameters are kept.
    public init(_ text: some StringProtocol) {
        for part in Substring(text).utf8.split(separator: UInt8(ascii: ";"), maxSplits: 64).prefix(64) {
            let (name, value) = Text.cut(Text.trimmed(Substring(part)), at: UInt8(ascii: "="))
            let bare = Text.trimmed(name)
            if !bare.isEmpty { list.append(Parameter(name: String(bare), value: value.map { String($0) })) }
        }
    }

    /// The value of the first parameter of this name.
    public subscript(name: String) -> String? {
        let wanted = Text.lowercased(name)
        return list.first { Text.lowercased($0.name) == wanted }?.value
    }

    public var isEmpty: Bool { list.isEmpty }
}

extension FormatParameters: CustomStringConvertible {
    public var description: String {
        list.map { p in p.value.map { "\(p.name)=\($0)" } ?? p.name }.joined(separator: ";")
    }
}

/// `a=rtpmap` (RFC 8866 §6.6).
public struct RTPMap: Hashable, Sendable {
    public var name: String
    public var clockRate: UInt32
    /// 1 where nothing is said.
    public var channels: UInt8

    public init(name: String, clockRate: UInt32, channels: UInt8 = 1) {
        (self.name, self.clockRate, self.channels) = (name, clockRate, channels)
    }

    /// Reads `name/rate[/channels]`.
    init?(_ text: some StringProtocol) {
        let (name, rest) = Text.cut(text, at: UInt8(ascii: "/"))
        guard Text.isToken(name), let rest else { return nil }
        let (rate, channels) = Text.cut(rest, at: UInt8(ascii: "/"))
        guard let clockRate = Text.decimal(rate, as: UInt32.self), clockRate > 0 else { return nil }
        guard let count = channels.map({ Text.decimal($0, as: UInt8.self) }) ?? 1, count > 0 else { return nil }
        self.init(name: String(name), clockRate: clockRate, channels: count)
    }

    /// The payload types of RFC 3551 that browsers still use without a map.
    static let fixed: [UInt8: RTPMap] = [
        0: RTPMap(name: "PCMU", clockRate: 8000),
        8: RTPMap(name: "PCMA", clockRate: 8000),
        9: RTPMap(name: "G722", clockRate: 8000),
    ]
}

extension RTPMap: CustomStringConvertible {
    public var description: String { channels == 1 ? "\(name)/\(clockRate)" : "\(name)/\(clockRate)/\(channels)" }
}
