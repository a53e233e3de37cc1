/// A picture in somebody else's memory, 8 bits, 4:2:0, planar; valid only during the call it is passed to.
public struct I420View {
    public let width: Int
    public let height: Int
    public let y: UnsafePointer<UInt8>
    public let u: UnsafePointer<UInt8>
    public let v: UnsafePointer<UInt8>
    public let strideY: Int
    public let strideUV: Int

    /// The longest side a picture may have.
    public static let longestSide = 4096

    /// - Returns: nil if the dimensions or strides are impossible. The caller vouches for the memory behind the pointers.
    public init?(
        width: Int, height: Int, y: UnsafePointer<UInt8>, u: UnsafePointer<UInt8>, v: UnsafePointer<UInt8>,
        strideY: Int, strideUV: Int
    ) {
        guard (2...Self.longestSide).contains(width), (2...Self.longestSide).contains(height), strideY >= width,
            strideUV >= (width + 1) / 2, strideY <= 4 * Self.longestSide, strideUV <= 4 * Self.longestSide
        else { return nil }
        (self.width, self.height, self.y, self.u, self.v) = (width, height, y, u, v)
        (self.strideY, self.strideUV) = (strideY, strideUV)
    }

    /// A picture whose planes lie one after another in `bytes`, as in a slot shared with the media process.
    /// - Returns: nil if it does not fit there.
    public init?(bytes: UnsafeRawBufferPointer, width: Int, height: Int, strideY: Int, strideUV: Int) {
        guard (2...Self.longestSide).contains(width), (2...Self.longestSide).contains(height),
            (1...4 * Self.longestSide).contains(strideY), (1...4 * Self.longestSide).contains(strideUV),
            let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        else { return nil }
        let sizeY = strideY * height
        let sizeUV = strideUV * ((height + 1) / 2)
        guard bytes.count >= sizeY + 2 * sizeUV else { return nil }
        self.init(
            width: width, height: height, y: base, u: base + sizeY, v: base + sizeY + sizeUV, strideY: strideY,
            strideUV: strideUV)
    }
}
