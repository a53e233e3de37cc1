import Glibc

/// A colour of sRGB, opaque.
public struct Colour: Hashable, Sendable {
    public let red, green, blue: Double

    /// `0xRRGGBB`.
    public init(_ hex: UInt32) {
        red = Double(hex >> 16 & 255) / 255
        green = Double(hex >> 8 & 255) / 255
        blue = Double(hex & 255) / 255
    }

    /// Relative luminance of WCAG 2.2.
    public var luminance: Double {
        func linear(_ c: Double) -> Double { c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4) }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// Contrast ratio of WCAG 2.2, 1 to 21.
    public func contrast(with other: Colour) -> Double {
        let (a, b) = (luminance, other.luminance)
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }
}

/// The colours of the screens. Each means one thing wherever it is seen.
public enum Palette {
    /// The ground of every screen; letters stand on this or on `panel`, nothing else.
    public static let ground = Colour(0x0B1B24)
    /// A raised part of the ground: what the button does.
    public static let panel = Colour(0x14303D)
    /// Edges and the part of a ring that is used up. No letters.
    public static let line = Colour(0x2B4E5E)
    public static let text = Colour(0xFFFFFF)
    /// Second in rank, never the sentence.
    public static let quiet = Colour(0xC3D5DE)
    /// The button starts or answers a call.
    public static let go = Colour(0x62E6B1)
    /// Under way; nothing to do but wait.
    public static let wait = Colour(0xA3CFFF)
    /// Something does not work.
    public static let trouble = Colour(0xFFCE63)
    /// The camera is on or about to be. Only shapes, no letters.
    public static let camera = Colour(0xFF6A61)

    /// Every pair of letters and ground that is drawn.
    public static let readable: [(text: Colour, ground: Colour)] = [
        (text, ground), (text, panel), (quiet, ground), (quiet, panel), (go, ground), (go, panel), (wait, ground),
        (wait, panel), (trouble, ground), (trouble, panel), (ground, go), (ground, trouble),
    ]
}
