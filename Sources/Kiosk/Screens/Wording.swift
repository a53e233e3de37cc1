/// A text of the screens in one of its languages.
struct Wording {
    let text: String
    let language: ScreenLanguage

    /// What comes from the network or the configuration, made fit to be laid out: at most `limit` letters, in one line,
    /// without the marks that turn the direction of what follows.
    static func foreign(_ text: String, limit: Int = 60) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(limit * 4) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
                scalars.append(" ")
            default: scalars.append(scalar)
            }
        }
        let clean = String(scalars)
        return clean.count > limit ? clean.prefix(limit - 1) + "…" : clean
    }
}
