package import CDRM
public import Devices

/// A socket for a display, as its card describes it.
public struct Connector: Sendable {
    public enum Status: String, Sendable { case connected, disconnected, unknown }

    /// The kernel's number.
    package let id: UInt32
    /// As in /sys/class/drm and in the board file: "HDMI-A-1".
    public let name: String
    public let status: Status
    public let modes: [ConnectorMode]
    /// Bit n is set if the card's nth CRTC can drive it.
    package let possibleCRTCs: UInt32

    package init(id: UInt32, name: String, status: Status, modes: [ConnectorMode], possibleCRTCs: UInt32) {
        (self.id, self.name, self.status) = (id, name, status)
        (self.modes, self.possibleCRTCs) = (modes, possibleCRTCs)
    }
}

/// A mode that a display offers.
public struct ConnectorMode: Sendable {
    public let mode: DisplayMode
    /// The display's own choice.
    public let isPreferred: Bool
    public let isInterlaced: Bool
    /// The kernel's description, to be handed back as it is.
    package let kernel: callpoint_drm_mode

    package init(_ kernel: callpoint_drm_mode) {
        mode = DisplayMode(
            width: Int(kernel.width), height: Int(kernel.height), refresh: Int(kernel.refresh_millihertz))
        (isPreferred, isInterlaced) = (kernel.preferred != 0, kernel.interlaced != 0)
        self.kernel = kernel
    }
}
