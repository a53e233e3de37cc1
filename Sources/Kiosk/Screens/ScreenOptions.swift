public import Primitives

/// How the screens of one kiosk look: from the board (button) and the site (languages).
public struct ScreenOptions: Equatable, Sendable {
    /// In the order of importance; the first two are shown together.
    public var languages: [ScreenLanguage]
    /// Where the call button is, seen from the patient: the words about it point there.
    public var buttonSide: ButtonSide
    /// How long the screen before "connecting" stays, so that a quick call does not flash words nobody can read.
    public var connectingDelay: Interval

    public init(
        languages: [ScreenLanguage] = [.english, .chinese], buttonSide: ButtonSide = .below,
        connectingDelay: Interval = .milliseconds(400)
    ) {
        self.languages = languages.isEmpty ? [.english] : languages
        self.buttonSide = buttonSide
        self.connectingDelay = connectingDelay
    }
}

/// On which side of the screen the call button is.
public enum ButtonSide: String, CaseIterable, Sendable { case below, left, right }
