/// One m-line of a session description: what it is called and what it carries.
public struct DescriptionSection: Hashable, Sendable {
    public var mid: String
    /// "audio" or "video".
    public var kind: String

    public init(mid: String, kind: String) { (self.mid, self.kind) = (mid, kind) }
}

/// The little that the call machine reads of a description: which certificate its sender has, and the m-lines' order.
/// Whether it is valid is for the media process to judge.
struct DescriptionSummary {
    var fingerprints: Set<String> = []
    var sections: [DescriptionSection] = []

    /// Lines that are looked at; a valid description has far fewer.
    static let lineLimit = 2000
    static let sectionLimit = 16

    init(_ sdp: String) {
        for line in sdp.split(maxSplits: Self.lineLimit, whereSeparator: \.isNewline).prefix(Self.lineLimit) {
            if line.hasPrefix("m=") {
                guard sections.count < Self.sectionLimit else { return }
                let kind = line.dropFirst(2).prefix { $0 != " " }
                sections.append(DescriptionSection(mid: "\(sections.count)", kind: String(kind)))
            } else if line.hasPrefix("a=mid:"), !sections.isEmpty {
                sections[sections.count - 1].mid = String(line.dropFirst(6).prefix(64))
            } else if line.hasPrefix("a=fingerprint:"), fingerprints.count < Self.sectionLimit {
                fingerprints.insert(line.dropFirst(14).lowercased())
            }
        }
    }
}
