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

/// Which line, and how it is wired.
public struct PanelLine: Equatable, Sendable {
    public enum Place: Equatable, Sendable {
        /// The line's name, as the device tree or the driver gives it.
        case name(String)
        /// The chip's label, name or path, and the line's number on it.
        case chip(String, offset: Int)
    }
    public enum Bias: Equatable, Sendable { case asIs, disabled, pullUp, pullDown }

    public var role: PanelRole
    public var place: Place
    public var isActiveLow: Bool
    public var bias: Bias

    public init(role: PanelRole, place: Place, isActiveLow: Bool = false, bias: Bias = .asIs) {
        (self.role, self.place, self.isActiveLow, self.bias) = (role, place, isActiveLow, bias)
    }
}

/// What the outputs are to say. The camera's and the microphone's follow the devices themselves.
public struct PanelLamps: Equatable, Sendable {
    public enum Light: Equatable, Sendable { case off, on, blinking }
    public var call: Light
    public var camera: Bool
    public var microphone: Bool
    public var fault: Bool
    public var relay: Bool

    public init(
        call: Light = .off, camera: Bool = false, microphone: Bool = false, fault: Bool = false, relay: Bool = false
    ) {
        (self.call, self.camera, self.microphone) = (call, camera, microphone)
        (self.fault, self.relay) = (fault, relay)
    }
}
