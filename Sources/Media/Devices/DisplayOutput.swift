public import Primitives

/// How a display is driven.
public struct DisplayMode: Equatable, Sendable, CustomStringConvertible {
    /// Pixels.
    public var width: Int
    public var height: Int
    /// Pictures in a thousand seconds; 0 if the display has no rhythm of its own.
    public var refresh: Int

    public init(width: Int, height: Int, refresh: Int) {
        (self.width, self.height, self.refresh) = (width, height, refresh)
    }

    public var description: String {
        refresh == 0 ? "\(width)x\(height)" : "\(width)x\(height) at \((refresh + 500) / 1000) Hz"
    }
}

/// An open display; it shows the first picture that is presented, and the last until another one. One thread.
public protocol DisplayOutput: AnyObject {
    /// The connector's name, "HDMI-A-1".
    var name: String { get }
    var mode: DisplayMode { get }
    /// Readable when there is something to do for `update`.
    var descriptor: Int32 { get }
    /// Whether `present` would take a picture now. It would not while the last one waits for the vertical blank.
    var isReady: Bool { get }

    /// Shows a picture of the mode's size from the next vertical blank on. Returns without waiting for that.
    /// - Parameters:
    ///   - pixels: four bytes each: blue, green, red, unused. Copied.
    ///   - stride: bytes from one line to the next.
    ///   - damage: what has changed in it of late; its serial is the picture's.
    /// - Throws: when the display has gone or another program has it. It is then to be given up.
    func present(_ pixels: RawSpan, stride: Int, damage: DamageHistory, at now: Instant) throws(DeviceError)

    /// Takes notice of what has happened: a picture that is shown, a display that was unplugged. Called when `descriptor`
    /// is readable, and every second. Throws as `present`.
    func update(at now: Instant) throws(DeviceError)
}

/// The displays of a board, one of which is opened, and again when it has gone and may have come back.
public protocol DisplayBackend: Sendable {
    /// - Throws: `notFound` while none is connected.
    func openDisplay() throws(DeviceError) -> any DisplayOutput
}
