/// The ways in which a camera's pictures can lie in memory that are taken here, the cheapest first.
public enum CameraPixelFormat: CaseIterable, Sendable, Hashable {
    /// Encoded as they lie.
    case nv12, yu12
    /// Converted.
    case yuyv, uyvy
    /// Decompressed.
    case mjpeg

    /// The kernel's name for it: four characters, the first in the lowest byte.
    public var fourCC: UInt32 {
        switch self {
        case .nv12: Self.code("NV12")
        case .yu12: Self.code("YU12")
        case .yuyv: Self.code("YUYV")
        case .uyvy: Self.code("UYVY")
        case .mjpeg: Self.code("MJPG")
        }
    }

    public init?(fourCC: UInt32) {
        guard let format = Self.allCases.first(where: { $0.fourCC == fourCC }) else { return nil }
        self = format
    }

    /// 0 is the cheapest.
    public var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// The kernel's name in letters.
    public var name: String { Self.name(fourCC) }

    /// A code in letters; what is none is a dot.
    public static func name(_ fourCC: UInt32) -> String {
        var name = ""
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
            let byte = UInt8(truncatingIfNeeded: fourCC >> shift & 127)
            name.unicodeScalars.append((33...126).contains(byte) ? Unicode.Scalar(byte) : ".")
        }
        return name
    }

    private static func code(_ letters: StaticString) -> UInt32 {
        letters.withUTF8Buffer { bytes in bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) } }
    }
}
