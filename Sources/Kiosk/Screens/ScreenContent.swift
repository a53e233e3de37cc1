public import Primitives

/// Everything that the screen depends on beside the pictures: published as a whole, compared as a whole.
public struct ScreenContent: Equatable, Sendable {
    public var scene: Scene
    /// The clinic's name, top left.
    public var clinic: String
    /// The kiosk's own name and place, beside the clinic's.
    public var kiosk: String
    /// The time of day as it is to be read, "10:42". The screens read no clock.
    public var clock: String
    /// Whether the camera device is open, which alone decides about the red dot.
    public var cameraIsOpen: Bool
    public var microphoneIsOpen: Bool
    /// What does not work; shown as small steady marks, and only then.
    public var troubles: Set<Trouble>
    /// What to do without this kiosk, from the site's configuration: "In an emergency call 120".
    public var emergency: String

    public init(
        scene: Scene = .idle, clinic: String = "", kiosk: String = "", clock: String = "", cameraIsOpen: Bool = false,
        microphoneIsOpen: Bool = false, troubles: Set<Trouble> = [], emergency: String = ""
    ) {
        self.scene = scene
        self.clinic = clinic
        self.kiosk = kiosk
        self.clock = clock
        self.cameraIsOpen = cameraIsOpen
        self.microphoneIsOpen = microphoneIsOpen
        self.troubles = troubles
        self.emergency = emergency
    }
}

/// A part that is not working.
public enum Trouble: String, CaseIterable, Hashable, Sendable { case network, camera, microphone, speaker }

/// How the screens of one kiosk look: from the board (size, button) and the site (languages).
public struct ScreenOptions: Equatable, Sendable {
    /// In the order of importance; the first two are shown together.
    public var languages: [ScreenLanguage]
    /// Where the call button is, seen from the patient: the words about it point there.
    public var buttonSide: ButtonSide
    /// How long the screen before `connecting` stays, so that a quick call does not flash a screen nobody can read.
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
