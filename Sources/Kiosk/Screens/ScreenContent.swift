public import CallControl

/// Everything that the screen depends on beside the pictures: published as a whole, compared as a whole.
///
/// Scene, marks and the red dot all follow from `call`, so that no screen can say what is not so. Elapsed time and
/// countdown follow from the instants in it: nobody has to publish every second.
public struct ScreenContent: Equatable, Sendable {
    public var call: CallState
    /// The clinic's name, top left.
    public var clinic: String
    /// The kiosk's own name and place, beside the clinic's.
    public var kiosk: String
    /// The time of day as it is to be read, "10:42". The screens read no calendar.
    public var clock: String
    /// What to do without this kiosk, from the site's configuration: "In an emergency call 120".
    public var emergency: String

    /// The hardware's privacy switch is on: whatever is asked for, camera and microphone stay closed.
    public var isPrivate: Bool

    public init(
        call: CallState = CallState(), clinic: String = "", kiosk: String = "", clock: String = "",
        emergency: String = "", isPrivate: Bool = false
    ) {
        (self.call, self.clinic, self.kiosk, self.clock, self.emergency) = (call, clinic, kiosk, clock, emergency)
        self.isPrivate = isPrivate
    }
}
