public import Primitives

/// How a picture's three planes lie in a run of bytes: Y, then U, then V, each of rows of one stride.
public struct I420Layout: Equatable, Sendable {
    public let width: Int
    public let height: Int
    /// Bytes from one row of Y to the next.
    public let strideY: Int
    /// Bytes from one row of U or V to the next.
    public let strideUV: Int

    /// Rows padded to 16 bytes, as decoded pictures are written.
    /// - Throws: `unsupportedDimensions` beyond `PictureLimits.maximumWidth` and `.maximumHeight`.
    public init(width: Int, height: Int) throws(CodecError) {
        let stride = (max(0, min(width, PictureLimits.maximumWidth)) + 15) & ~15
        try self.init(width: width, height: height, strideY: stride, strideUV: stride / 2)
    }

    public init(width: Int, height: Int, strideY: Int, strideUV: Int) throws(CodecError) {
        guard (1...PictureLimits.maximumWidth).contains(width), (1...PictureLimits.maximumHeight).contains(height),
            (width...8_192).contains(strideY), ((width + 1) / 2...8_192).contains(strideUV)
        else { throw .unsupportedDimensions }
        self.width = width
        self.height = height
        self.strideY = strideY
        self.strideUV = strideUV
    }

    /// Rows of U and of V.
    public var chromaHeight: Int { (height + 1) / 2 }
    public var chromaWidth: Int { (width + 1) / 2 }
    /// Where U starts.
    public var offsetU: Int { strideY * height }
    /// Where V starts.
    public var offsetV: Int { offsetU + strideUV * chromaHeight }
    /// Bytes of the whole picture.
    public var size: Int { offsetV + strideUV * chromaHeight }

    /// The same among other formats.
    public var pictureLayout: PictureLayout {
        guard
            let layout = PictureLayout(
                format: .i420, width: width, height: height, strideY: strideY, strideUV: strideUV)
        else { preconditionFailure("what a codec takes, a layout can say") }
        return layout
    }
}
