/// One language of the screens: its texts and how they are set.
public struct ScreenLanguage: Equatable, Sendable {
    /// BCP 47, "en", "zh-Hans".
    public let tag: String

    public static let english = ScreenLanguage(tag: "en")
    public static let chinese = ScreenLanguage(tag: "zh-Hans")

    /// All languages there are texts for.
    public static let all: [ScreenLanguage] = [.english, .chinese]

    /// The language for a tag from the configuration: the whole tag, or its first part ("zh" for "zh-CN").
    public static func matching(_ tag: String) -> ScreenLanguage? {
        func first(_ tag: String) -> Substring { tag.lowercased().prefix { $0 != "-" && $0 != "_" } }
        return all.first { $0.tag.lowercased() == tag.lowercased() } ?? all.first { first($0.tag) == first(tag) }
    }
}
