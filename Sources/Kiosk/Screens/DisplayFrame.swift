public import Devices

/// The composed screen, lent for one call.
public struct DisplayFrame {
    /// Four bytes a pixel: blue, green, red, unused.
    public let pixels: UnsafeRawBufferPointer
    public let width: Int
    public let height: Int
    /// Bytes from one row to the next.
    public let stride: Int
    /// Goes up whenever what is seen changes.
    public var serial: UInt64 { damage.serial }
    /// What changed with the last serials.
    public let damage: DamageHistory
}
