/// What the configuration wants of a camera beyond its pictures. What is nil is left as it is.
public struct CameraControls: Equatable, Sendable {
    public enum Setting: Equatable, Sendable {
        case automatic
        case fixed(Int)
    }
    /// The lamps' flicker that the exposure avoids.
    public enum PowerLine: Int, Sendable {
        case off, hertz50, hertz60, automatic
    }

    /// Fixed: in units of 100 µs.
    public var exposure: Setting?
    /// Fixed: in kelvin.
    public var whiteBalance: Setting?
    /// Fixed: in the lens' own units.
    public var focus: Setting?
    public var powerLine: PowerLine?

    public init(
        exposure: Setting? = nil, whiteBalance: Setting? = nil, focus: Setting? = nil, powerLine: PowerLine? = nil
    ) {
        (self.exposure, self.whiteBalance, self.focus, self.powerLine) = (exposure, whiteBalance, focus, powerLine)
    }
}
