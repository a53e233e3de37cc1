/// How a picture's planes lie in a run of bytes: 4:2:0, Y first, each plane of rows of one stride.
public struct PictureLayout: Equatable, Sendable {
    public enum Format: Sendable {
        /// Y, then U, then V; V4L2 calls it YU12.
        case i420
        /// Y, then U and V in turns.
        case nv12
    }

    public let format: Format
    /// Pixels.
    public let width: Int
    public let height: Int
    /// Bytes from one row of Y to the next.
    public let strideY: Int
    /// Bytes from one row of colour to the next: of U and of V, or of both in turns.
    public let strideUV: Int

    /// What no picture here comes near; it keeps sizes from outside within arithmetic.
    public static let limit = 8_192

    /// Nil if a row does not fit its stride, or a side is not within 1 to `limit` pixels and twice that in bytes.
    public init?(format: Format, width: Int, height: Int, strideY: Int, strideUV: Int) {
        let chromaRow = (width + 1) / 2 * (format == .nv12 ? 2 : 1)
        guard (1...Self.limit).contains(width), (1...Self.limit).contains(height),
            (width...2 * Self.limit).contains(strideY), (chromaRow...2 * Self.limit).contains(strideUV)
        else { return nil }
        self.format = format
        self.width = width
        self.height = height
        self.strideY = strideY
        self.strideUV = strideUV
    }

    /// Without padding.
    public init?(format: Format, width: Int, height: Int) {
        guard (1...Self.limit).contains(width) else { return nil }
        let half = (width + 1) / 2
        self.init(
            format: format, width: width, height: height, strideY: width, strideUV: format == .nv12 ? 2 * half : half)
    }

    public var chromaWidth: Int { (width + 1) / 2 }
    /// Rows of colour.
    public var chromaHeight: Int { (height + 1) / 2 }
    /// Where U starts.
    public var offsetU: Int { strideY * height }
    /// Where V starts; one byte after U where both come in turns.
    public var offsetV: Int { format == .nv12 ? offsetU + 1 : offsetU + strideUV * chromaHeight }
    /// Bytes of the whole picture.
    public var size: Int { offsetU + strideUV * chromaHeight * (format == .nv12 ? 1 : 2) }
}
