/// The facts that the front panel shows and `/state.json` reports, published by the supervisor as a whole.
public struct PanelSnapshot: Equatable, Sendable {
    public var kiosk: String
    public var place: String
    public var call: PanelCall
    public var lights: [PanelLight]
    public var devices: [PanelDevice]
    public var buttons: [PanelButton]
    /// Root mean square of the newest block, in dBFS; nil while the device is closed.
    public var microphoneLevel: Double?
    public var speakerLevel: Double?
    /// What is wrong with the network, in words; nil if nothing is.
    public var network: String?

    public init(
        kiosk: String = "", place: String = "", call: PanelCall = PanelCall(), lights: [PanelLight] = [],
        devices: [PanelDevice] = [], buttons: [PanelButton] = [.call], microphoneLevel: Double? = nil,
        speakerLevel: Double? = nil, network: String? = nil
    ) {
        self.kiosk = kiosk
        self.place = place
        self.call = call
        self.lights = lights
        self.devices = devices
        self.buttons = buttons
        self.microphoneLevel = microphoneLevel
        self.speakerLevel = speakerLevel
        self.network = network
    }
}

/// The call machine's state in words that a script can rely on.
public struct PanelCall: Equatable, Sendable {
    /// "idle", "ringing", "calling", "connecting", "inCall", "reconnecting", "ended", "offline" or "fault".
    public var state: String
    public var with: String?
    /// Milliseconds in this state when the snapshot was made.
    public var elapsed: Int
    public var detail: String?

    public init(state: String = "idle", with: String? = nil, elapsed: Int = 0, detail: String? = nil) {
        (self.state, self.with, self.elapsed, self.detail) = (state, with, elapsed, detail)
    }
}

/// One LED.
public struct PanelLight: Equatable, Sendable {
    public enum State: String, Sendable { case off, on, blinking }
    /// "call", "camera", "microphone", "fault".
    public var name: String
    public var state: State

    public init(name: String, state: State) { (self.name, self.state) = (name, state) }
}

/// A device as it is, not as it should be.
public struct PanelDevice: Equatable, Sendable {
    /// "camera", "microphone", "speaker".
    public var name: String
    public var isOpen: Bool
    /// "640x480 I420", "48000 Hz, 1 channel".
    public var format: String
    /// Frames or periods a second, measured; nil while closed.
    public var rate: Double?
    /// Milliseconds since the newest frame or period; nil if there is none.
    public var age: Int?
    /// Why it failed, nil if it did not.
    public var failure: String?

    public init(
        name: String, isOpen: Bool = false, format: String = "", rate: Double? = nil, age: Int? = nil,
        failure: String? = nil
    ) {
        (self.name, self.isOpen, self.format, self.rate, self.age, self.failure) =
            (name, isOpen, format, rate, age, failure)
    }
}

/// A button of the board.
public struct PanelButton: Equatable, Sendable {
    /// What `/button/<name>/…` is called by: letters, digits, hyphens.
    public var name: String

    public init(name: String) { self.name = name }
    public static let call = PanelButton(name: "call")
}
