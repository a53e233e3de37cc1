/// What a line is to the kiosk.
public enum PanelRole: String, Hashable, Sendable, CaseIterable {
    /// The call button, and a second one with the same meaning, for instance at a wheelchair's height.
    case callButton, secondCallButton
    /// A switch that cuts camera and microphone while it is active.
    case privacySwitch
    case callLamp, cameraLamp, microphoneLamp, faultLamp
    /// A door's or a lamp's relay; active as long as a call is on.
    case callRelay

    public var isButton: Bool { self == .callButton || self == .secondCallButton }
    public var isInput: Bool { isButton || self == .privacySwitch }
}

/// A GPIO line of the board, and how it is wired.
public struct PanelLine: Equatable, Sendable {
    public enum Place: Hashable, Sendable {
        /// The line's name, as the device tree or the driver gives it.
        case name(String)
        /// The chip's label, name or path, and the line's number on it.
        case chip(String, offset: Int)
    }
    /// By the words of the board file.
    public enum Bias: String, Equatable, Sendable, CaseIterable {
        /// As the hardware or the device tree has it.
        case asIs = "as-is"
        case disabled = "no-bias"
        case pullUp = "pull-up"
        case pullDown = "pull-down"
    }

    public var role: PanelRole
    public var place: Place
    public var isActiveLow: Bool
    public var bias: Bias

    public init(role: PanelRole, place: Place, isActiveLow: Bool = false, bias: Bias = .asIs) {
        (self.role, self.place, self.isActiveLow, self.bias) = (role, place, isActiveLow, bias)
    }
}
