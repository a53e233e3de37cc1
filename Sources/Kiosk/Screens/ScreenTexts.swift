/// Every text of the screens in one language. `{name}` and `{seconds}` are put in when shown.
///
/// A language written without spaces says with `|` where a sentence may be broken; a text that has one is broken nowhere
/// else.
public struct ScreenTexts: Equatable, Sendable {
    // the sentences, in the largest type
    public var idle: String
    public var cameraWillTurnOn: String
    /// Instead, while the privacy switch is on.
    public var callWillStart: String
    public var pressToAnswer: String
    public var ringingOut: String
    public var connecting: String
    public var reconnecting: String
    public var offline: String
    public var fault: String
    // how a call ended
    public var endedWith: String
    public var ended: String
    public var notAnswered: String
    public var busy: String
    public var refusedHere: String
    public var refusedThere: String
    public var cancelledHere: String
    public var cancelledThere: String
    public var failed: String
    // beside the sentences
    public var incomingCall: String
    public var notVerified: String
    public var someone: String
    public var cameraOn: String
    public var cameraOff: String
    public var microphoneOff: String
    public var waitingForPicture: String
    // over the picture, while the other side misses something
    public var privateInCall: String
    public var unseen: String
    public var unheard: String
    public var keepsTrying: String
    public var forStaff: String
    // what the button does
    public var answerNow: String
    public var holdToRefuse: String
    public var pressToCancel: String
    public var pressToEnd: String
    // what does not work
    public var noNetwork: String
    public var noCamera: String
    public var noMicrophone: String
    public var noSpeaker: String
    public var noCalls: String
    public var privacyOn: String

    /// `text` with `{key}` replaced. A name is shown as it is, whatever braces it holds.
    static func fill(_ text: String, _ key: String, _ value: String) -> String {
        let parts = text.split(separator: "{\(key)}", omittingEmptySubsequences: false)
        return parts.joined(separator: value)
    }
}
